-- How many calls were made in each of consecutive periods? sales_by_period reads it. `linked` are
-- calls with a contact, `contacts` the number of these contacts, `contacts_again` the contacts with
-- two calls or more in the period. Reads sales_call_days, and counts the calls of days that changed
-- since they were added up. This is the only place that chooses between the two; a test holds both
-- equal.
create or replace function calls_by_period(owner text, starts date[], "to" date, portal bigint)
    returns table (
        period integer, calls bigint, timed bigint, ms bigint, long bigint, connected bigint,
        linked bigint, contacts bigint, contacts_again bigint
    )
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
    edges timestamptz[];
    until timestamptz;
    connected_by text[];
begin
    if marks is not null and coalesce(owner, '1') ~ '^[0-9]+$' then
        changed := array(
            select day from marked_days(portal, marks) where of_calls and day between starts[1]
                and "to"
        );
        return query
        with days as (
            select *
            from sales_call_days
            where
                portal_id = portal
                and owner_id = coalesce(owner, '*')
                and day between starts[1] and "to"
                and day <> all (changed)
            union all
            select * from count_call_days(portal, changed) where owner_id = coalesce(owner, '*')
        ),

        placed as (
            select *, width_bucket(day, starts) as period
            from days
        ),

        dated as (
            select *, case when isfinite(starts[period]) then day - starts[period] else 99999998
                end as days_in
            from placed
        ),

        reaching as (
            select
                *,
                cardinality(gaps) as linked,
                cardinality(gaps) - width_bucket(days_in, gaps) as over_first_day,
                cardinality(gaps) - width_bucket(days_in, gaps_2) as twice_over
            from dated
        )

        select
            period,
            sum(calls)::bigint,
            sum(timed)::bigint,
            sum(ms)::bigint,
            sum(long)::bigint,
            sum(connected)::bigint,
            sum(linked)::bigint,
            sum(over_first_day)::bigint,
            sum(twice_over - over_first_day)::bigint
        from reaching
        group by period;
        return;
    end if;

    edges := day_starts(portal, starts);
    until := day_start(portal, "to" + 1);
    connected_by := connected_dispositions(portal);
    return query
    with heard as (
        select contact_id, call_timestamp, call_duration, call_disposition
        from calls_to_contacts
        where
            portal_id = portal
            and call_timestamp >= edges[1]
            and call_timestamp < until
            and (owner is null or hubspot_owner_id = owner)
        union all
        select links.contact_id, links.call_timestamp, links.call_duration, links.call_disposition
        from calls_to_contacts as links
        join current_contacts as contacts on contacts.portal_id = links.portal_id
            and contacts.hubspot_id = links.contact_id
        where
            links.portal_id = portal
            and links.call_timestamp >= edges[1]
            and links.call_timestamp < until
            and links.hubspot_owner_id is null
            and contacts.hubspot_owner_id = owner
    ),

    by_contact as (
        select
            width_bucket(call_timestamp, edges) as period,
            contact_id,
            count(*) as calls,
            count(call_duration) as timed,
            sum(call_duration) as ms,
            count(*) filter (where call_duration >= 300000) as long,
            count(*) filter (where call_disposition = any (connected_by)) as connected
        from heard
        group by 1, contact_id
    )

    select
        period,
        sum(calls)::bigint,
        sum(timed)::bigint,
        coalesce(sum(ms), 0)::bigint,
        sum(long)::bigint,
        sum(connected)::bigint,
        coalesce(sum(calls) filter (where contact_id is not null), 0)::bigint,
        count(contact_id),
        count(contact_id) filter (where calls > 1)
    from by_contact
    group by period;
end
$$;
