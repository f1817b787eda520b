-- Mark every call of a portal, so that all links are found again: a thousand calls a mark.
create or replace function mark_all_calls(portal bigint)
    returns void
    language plpgsql
    set search_path from current
as $$
begin
    insert into link_marks (portal_id, call_ids)
    select portal, array_agg(call_id)
    from (
        select call_id, (row_number() over (order by call_id) - 1) / 1000 as part
        from (
            select hubspot_id as call_id from hubspot_calls_raw
            where portal_id = portal and not archived and merged_into is null
            union
            select call_id from call_links where portal_id = portal
        ) as calls
    ) as parts
    group by part
    order by part;
end
$$;
