-- Between which days do a portal's data lie? From the first to the last close date, creation of a
-- contact, or call, in the portal's time zone: where a period without beginning or end begins and
-- ends. NULL without data. Leaves out records without a time; each end is one look into an index.
create or replace function sales_bounds(portal bigint, out begins date, out ends date)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
as $$
declare
    zone text := portal_zone(portal);
begin
    select (min(at) at time zone zone)::date, (max(at) at time zone zone)::date
    into begins, ends
    from (
        (select closedate as at from hubspot_deals_raw
        where portal_id = portal and closedate > '-infinity' and closedate < 'infinity'
            and not archived and merged_into is null
        order by closedate limit 1)
        union all
        (select closedate from hubspot_deals_raw
        where portal_id = portal and closedate > '-infinity' and closedate < 'infinity'
            and not archived and merged_into is null
        order by closedate desc limit 1)
        union all
        (select createdate from hubspot_contacts_raw
        where portal_id = portal and createdate > '-infinity' and createdate < 'infinity'
            and not archived and merged_into is null
        order by createdate limit 1)
        union all
        (select createdate from hubspot_contacts_raw
        where portal_id = portal and createdate > '-infinity' and createdate < 'infinity'
            and not archived and merged_into is null
        order by createdate desc limit 1)
        union all
        (select call_timestamp from call_links
        where portal_id = portal and call_timestamp > '-infinity' and call_timestamp < 'infinity'
        order by call_timestamp limit 1)
        union all
        (select call_timestamp from call_links
        where portal_id = portal and call_timestamp > '-infinity' and call_timestamp < 'infinity'
        order by call_timestamp desc limit 1)
    ) as edges;
end
$$;
