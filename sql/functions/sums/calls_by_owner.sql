-- How many calls did each owner make in a period? Owner NULL holds the calls where neither the call
-- nor its contact has an owner. Reads sales_call_days, and counts the calls of days that changed
-- since they were added up. Leaves out names: call_to_close has them.
create or replace function calls_by_owner("from" date, "to" date, portal bigint)
    returns table (owner_id text, calls bigint)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set work_mem = '64MB'
    set jit = off
as $$
#variable_conflict use_column
declare
    marks sales_marks[] := unsettled_marks(portal);
    changed date[];
    asked record := asked_period(portal, "from", "to");
begin
    if marks is not null then
        changed := array(
            select day from marked_days(portal, marks) where of_calls and day between "from"
                and "to"
        );
        return query
        select nullif(owner_id, '?'), sum(calls)::bigint
        from (
            select owner_id, calls
            from sales_call_days
            where portal_id = portal and owner_id <> '*' and day between "from" and "to"
                and day <> all (changed)
            union all
            select owner_id, calls from count_call_days(portal, changed) where owner_id <> '*'
        ) as days
        group by owner_id;
        return;
    end if;

    return query
    select coalesce(links.hubspot_owner_id, contacts.hubspot_owner_id), count(*)
    from calls_to_contacts as links
    left join current_contacts as contacts on contacts.portal_id = links.portal_id
        and contacts.hubspot_id = links.contact_id
    where links.portal_id = portal and links.call_timestamp >= asked.since
        and links.call_timestamp < asked.until
    group by 1;
end
$$;
