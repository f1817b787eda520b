-- Do people who watched the sales letter buy more often? Of the contacts created in the period: how
-- many watched it, did not, or left it unknown, and how many of each are customers now. Takes
-- period, owner and portal as sales_metrics does. Always three rows. No rate where the portal has
-- no such property, so that no comparison misses a side.
create or replace function vsl_watch_stats(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (vsl text, contacts bigint, customers bigint, rate numeric)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
    asked_of boolean := 'vsl_watched' = any (
        defined_properties(asked.portal_id, 'contacts', '{vsl_watched}')
    );
    customers_are text[] := customer_stages(asked.portal_id);
begin
    return query
    with counted as (
        select vsl_watched, count(*) as people, count(*)
            filter (where lifecyclestage = any (customers_are)) as buyers
        from current_contacts as contacts
        where
            portal_id = asked.portal_id
            and createdate >= asked.since
            and createdate < asked.until
            and (owner is null or hubspot_owner_id = owner)
        group by vsl_watched
    )

    select answer, coalesce(people, 0), coalesce(buyers, 0),
        case when asked_of then percentage(buyers, people) end
    from (values (1, 'watched', true), (2, 'not_watched', false),
        (3, 'unknown', null)) as answers (place, answer, seen)
    left join counted on counted.vsl_watched is not distinct from answers.seen
    order by place;
end
$$;
