-- Which sales script converts better? For each version: the contacts created in the period that
-- heard it, and how many of them are customers now. Takes period, owner and portal as sales_metrics
-- does. Leaves out contacts without a version.
create or replace function sales_script_stats(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (sales_script_version text, contacts bigint, customers bigint, rate numeric)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
    customers_are text[] := customer_stages(asked.portal_id);
begin
    return query
    select
        sales_script_version,
        count(*),
        count(*) filter (where lifecyclestage = any (customers_are)),
        percentage(count(*) filter (where lifecyclestage = any (customers_are)), count(*))
    from current_contacts as contacts
    where
        portal_id = asked.portal_id
        and createdate >= asked.since
        and createdate < asked.until
        and (owner is null or hubspot_owner_id = owner)
        and trim(sales_script_version) <> ''
    group by sales_script_version
    order by sales_script_version;
end
$$;
