-- Count the rows of sales_call_days for these days (NULL: all days) from the calls themselves. For
-- adding days up, and for days that changed since. Looks at all calls of every contact that was
-- called on one of the days: gaps reach back over any time. Finds contacts by `is true` and not
-- through current_contacts: without statistics the planner would read all of them for each call
-- without an owner.
create or replace function count_call_days(portal bigint, days date[])
    returns setof sales_call_days
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set work_mem = '64MB'
    set jit = off
as $$
#variable_conflict use_column
declare
    zone text := portal_zone(portal);
    connected_by text[] := connected_dispositions(portal);
    sinces timestamptz[] := day_starts(portal, days);
    untils timestamptz[] := array(select day_start(portal, wanted.day + 1)
        from unnest(days) as wanted (day));
    called text[] := array(
        select distinct links.contact_id
        from unnest(sinces, untils) as wanted (since, until)
        join call_links as links on links.call_timestamp >= wanted.since
            and links.call_timestamp < wanted.until
        where links.portal_id = portal and links.contact_id is not null
    );
begin
    if days = '{}' then
        return;
    end if;
    return query
    with heard as (
        select links.*
        from call_links as links
        where links.portal_id = portal and isfinite(links.call_timestamp) and days is null
        union all
        select links.*
        from unnest(called) as person (contact_id)
        join call_links as links on links.portal_id = portal
            and links.contact_id = person.contact_id
        where isfinite(links.call_timestamp) and days is not null
        union all
        select links.*
        from unnest(sinces, untils) as wanted (since, until)
        join call_links as links on links.call_timestamp >= wanted.since
            and links.call_timestamp < wanted.until
        where links.portal_id = portal and links.contact_id is null and days is not null
    ),

    owned as (
        select
            heard.call_id,
            heard.contact_id,
            heard.call_timestamp,
            heard.call_duration,
            heard.call_disposition,
            coalesce(heard.hubspot_owner_id, contacts.hubspot_owner_id, '?') as owner_id,
            (heard.call_timestamp at time zone zone)::date as day
        from heard
        left join hubspot_contacts_raw as contacts
            on heard.hubspot_owner_id is null
            and contacts.portal_id = heard.portal_id
            and contacts.hubspot_id = heard.contact_id
            and (not contacts.archived and contacts.merged_into is null) is true
    ),

    spaced as (
        select
            *,
            lag(day) over by_contact as before,
            lag(day, 2) over by_contact as before_2,
            lag(day) over by_owner as own_before,
            lag(day, 2) over by_owner as own_before_2
        from owned
        window
            by_contact as (partition by contact_id order by call_timestamp, call_id),
            by_owner as (partition by contact_id, owner_id order by call_timestamp, call_id)
    ),

    scoped as (
        select spaced.*, scope.owner_id as whose, day - scope.before as gap,
            day - scope.before_2 as gap_2
        from spaced
        cross join lateral (
            values ('*', before, before_2), (owner_id, own_before, own_before_2)
        ) as scope (owner_id, before, before_2)
        where days is null or day = any (days)
    )

    select
        portal,
        whose,
        day,
        count(*),
        count(call_duration),
        coalesce(sum(call_duration), 0)::bigint,
        count(*) filter (where call_duration >= 300000),
        count(*) filter (where call_disposition = any (connected_by)),
        coalesce(
            array_agg(coalesce(gap, 99999999) order by coalesce(gap, 99999999))
                filter (where contact_id is not null), '{}'
        ),
        coalesce(
            array_agg(coalesce(gap_2, 99999999) order by coalesce(gap_2, 99999999))
            filter (where contact_id is not null),
            '{}'
        )
    from scoped
    group by whose, day;
end
$$;
