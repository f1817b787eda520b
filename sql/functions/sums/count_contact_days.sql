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

    written as (  -- the first e-mail or meeting; few, so they are read at once
        select created.hubspot_id, min(touches.at) as at
        from (
            select contact_id, email_timestamp as at
            from current_emails
            cross join unnest(contact_ids) as contact_id
            where portal_id = portal and direction = 'EMAIL'
                and email_timestamp >= (select min(createdate) from created)
            union all
            select contact_id, start_time
            from current_meetings
            cross join unnest(contact_ids) as contact_id
            where portal_id = portal and outcome is distinct from 'CANCELED'
                and start_time >= (select min(createdate) from created)
        ) as touches
        join created on created.hubspot_id = touches.contact_id
            and touches.at >= created.createdate
        group by created.hubspot_id
    ),

    called as (
        select
            (createdate at time zone zone)::date as day,
            created.createdate,
            hubspot_owner_id,
            lifecyclestage = any (customers_are) as is_customer,
            extract(epoch from first_call.at - createdate) as seconds,
            least(first_call_out.at, written.at) as answered_at
        from created
        left join written using (hubspot_id)
        cross join lateral (
            select min(links.call_timestamp) as at
            from call_links as links
            where
                -- by contact: without statistics it takes a portal for few calls
                links.portal_id + 0 = portal
                and links.contact_id = created.hubspot_id
                and links.call_timestamp >= created.createdate
        ) as first_call
        cross join lateral (
            select min(links.call_timestamp) as at
            from call_links as links
            where
                links.portal_id + 0 = portal
                and links.contact_id = created.hubspot_id
                and links.call_direction = 'OUTBOUND'
                and links.call_timestamp >= created.createdate
        ) as first_call_out
    )

    select
        portal,
        whose,
        day,
        count(*),
        count(*) filter (where is_customer),
        count(seconds),
        coalesce(sum(seconds), 0),
        coalesce(
            array_agg((extract(epoch from answered_at - createdate) / 60)::double precision
                order by answered_at - createdate) filter (where answered_at <= now()),
            '{}'
        ),
        min(answered_at) filter (where answered_at > now())
    from called
    cross join lateral (values ('*'), (coalesce(hubspot_owner_id, '?'))) as scope (whose)
    group by whose, day;
end
$$;
