-- Count the rows of sales_contact_days for these days (NULL: all days) from the contacts
-- themselves, as count_call_days does for calls. Leaves out contacts without a creation date.
create or replace function count_contact_days(portal bigint, days date[])
    returns setof sales_contact_days
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set work_mem = '64MB'
    set jit = off
as $$
#variable_conflict use_column
declare
    customers_are text[] := customer_stages(portal);
    zone text := portal_zone(portal);
    sinces timestamptz[] := day_starts(portal, days);
    untils timestamptz[] := array(select day_start(portal, wanted.day + 1)
        from unnest(days) as wanted (day));
begin
    return query
    with created as (
        select hubspot_id, createdate, hubspot_owner_id, lifecyclestage
        from current_contacts as contacts
        where portal_id = portal and isfinite(createdate) and days is null
        union all
        select hubspot_id, createdate, hubspot_owner_id, lifecyclestage
        from unnest(sinces, untils) as wanted (since, until)
        join current_contacts as contacts on createdate >= wanted.since
            and createdate < wanted.until
        where portal_id = portal and days is not null
    ),

    called as (
        select
            (createdate at time zone zone)::date as day,
            hubspot_owner_id,
            lifecyclestage = any (customers_are) as is_customer,
            extract(epoch from first_call.at - createdate) as seconds
        from created
        cross join lateral (
            select min(links.call_timestamp) as at
            from call_links as links
            where
                -- by contact: without statistics it takes a portal for few calls
                links.portal_id + 0 = portal
                and links.contact_id = created.hubspot_id
                and links.call_timestamp >= created.createdate
        ) as first_call
    )

    select
        portal,
        whose,
        day,
        count(*),
        count(*) filter (where is_customer),
        count(seconds),
        coalesce(sum(seconds), 0)
    from called
    cross join lateral (values ('*'), (coalesce(hubspot_owner_id, '?'))) as scope (whose)
    group by whose, day;
end
$$;
