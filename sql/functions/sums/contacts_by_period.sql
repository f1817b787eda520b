-- How many contacts were created in each of consecutive periods? sales_by_period reads it. `called`
-- are contacts that were called since, `seconds_to_call` the time from creation to the first call,
-- of all of them together. Reads sales_contact_days, and counts the contacts of days that changed
-- since they were added up. This is the only place that chooses between the two; a test holds both
-- equal.
create or replace function contacts_by_period(owner text, starts date[], "to" date, portal bigint)
    returns table (period integer, contacts bigint, customers bigint, called bigint,
        seconds_to_call numeric)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set jit = off
as $$
#variable_conflict use_column
declare
    customers_are text[] := customer_stages(portal);
    marks sales_marks[] := unsettled_marks(portal);
    changed date[];
    edges timestamptz[];
    until timestamptz;
begin
    if marks is not null and coalesce(owner, '1') ~ '^[0-9]+$' then
        changed := array(
            select day from marked_days(portal, marks) where not of_calls and day between starts[1]
                and "to"
        );
        return query
        with days as (
            select *
            from sales_contact_days
            where
                portal_id = portal
                and owner_id = coalesce(owner, '*')
                and day between starts[1] and "to"
                and day <> all (changed)
            union all
            select * from count_contact_days(portal, changed) where owner_id = coalesce(owner, '*')
        )

        select
            width_bucket(day, starts),
            sum(contacts)::bigint,
            sum(customers)::bigint,
            sum(called)::bigint,
            sum(seconds_to_call)
        from days
        group by 1;
        return;
    end if;

    edges := day_starts(portal, starts);
    until := day_start(portal, "to" + 1);
    return query
    with created as (
        select hubspot_id as contact_id, createdate, lifecyclestage
        from current_contacts as contacts
        where
            portal_id = portal
            and createdate >= edges[1]
            and createdate < until
            and (owner is null or hubspot_owner_id = owner)
    )

    select
        width_bucket(createdate, edges),
        count(*),
        count(*) filter (where lifecyclestage = any (customers_are)),
        count(first_call.at),
        sum(extract(epoch from first_call.at - createdate))
    from created
    cross join lateral (
        select min(call_timestamp) as at
        from calls_to_contacts as links
        where
            links.portal_id = portal
            and links.contact_id = created.contact_id
            and links.call_timestamp >= created.createdate
    ) as first_call
    group by 1;
end
$$;
