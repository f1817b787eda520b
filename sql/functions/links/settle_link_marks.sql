-- Settle the oldest marks: find the links of the records they name once more, now that all is
-- committed. Links that another transaction holds at this moment are marked again. Answers how many
-- marks were taken; 0 also when another process settles.
create or replace function settle_link_marks(at_most integer)
    returns integer
    language plpgsql
    set search_path from current
as $$
declare
    part record;
    ids text[];
    taken integer := 0;
begin
    if not pg_try_advisory_xact_lock(x'5B0CF'::bigint) then
        return 0;
    end if;
    for part in
        with gone as (
            delete from link_marks
            where (portal_id, mark_id) in (
                select portal_id, mark_id
                from link_marks
                order by mark_id
                limit at_most
                for update skip locked
            )
            returning *
        )
        select portal_id, count(distinct mark_id) as marks,
            array(select distinct each from gone as of_portal, unnest(call_ids) as each
                  where of_portal.portal_id = gone.portal_id) as call_ids,
            array(select distinct each from gone as of_portal, unnest(contact_ids) as each
                  where of_portal.portal_id = gone.portal_id) as contact_ids,
            array(select distinct each from gone as of_portal, unnest(phone_keys) as each
                  where of_portal.portal_id = gone.portal_id) as phone_keys
        from gone
        group by portal_id
    loop
        ids := array(
            select unnest(part.call_ids)
            union
            select unnest(calls_touched(part.portal_id, part.contact_ids, part.phone_keys))
        );
        ids := link_calls(part.portal_id, ids);
        if cardinality(ids) > 0 then
            insert into link_marks (portal_id, call_ids) values (part.portal_id, ids);
        end if;
        taken := taken + part.marks;
    end loop;
    return taken;
end
$$;
