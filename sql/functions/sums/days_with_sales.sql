-- On which days of a portal were calls made (of_calls), and on which were contacts created? For
-- adding all of them up. Leaves out days without either: a day costs one look into an index, and
-- however many rows it has, one of them is read.
create or replace function days_with_sales(portal bigint)
    returns table (of_calls boolean, day date)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
as $$
declare
    zone text := portal_zone(portal);
begin
    return query
    with recursive called as (
        (
            select call_timestamp as at from call_links
            where portal_id = portal and call_timestamp > '-infinity'
            order by call_timestamp
            limit 1
        )
        union all
        select later.at
        from called
        cross join lateral (
            select call_timestamp as at from call_links
            where portal_id = portal and isfinite(called.at)
                and call_timestamp >= day_start(portal, (called.at at time zone zone)::date + 1)
            order by call_timestamp
            limit 1
        ) as later
    ),

    created as (
        (
            select createdate as at from hubspot_contacts_raw
            where portal_id = portal and createdate > '-infinity'
                and not archived and merged_into is null
            order by createdate
            limit 1
        )
        union all
        select later.at
        from created
        cross join lateral (
            select createdate as at from hubspot_contacts_raw
            where portal_id = portal and isfinite(created.at)
                and createdate >= day_start(portal, (created.at at time zone zone)::date + 1)
                and not archived and merged_into is null
            order by createdate
            limit 1
        ) as later
    )

    select true, (at at time zone zone)::date from called where isfinite(at)
    union all
    select false, (at at time zone zone)::date from created where isfinite(at);
end
$$;
