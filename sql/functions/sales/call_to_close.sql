-- How many calls does a won deal take? One row for each owner: the calls of the period, and the
-- deals closing in it of the owner's contacts. Then one row for the team. Takes period, owner and
-- portal as sales_metrics does. A call without an owner belongs to its contact's owner. A deal
-- counts once for each owner of its contacts. For the team each call and each deal counts once, so
-- that its rate is no average of averages. Keeps owners that HubSpot does not know (the id is the
-- name), and a row for calls and contacts without an owner. Leaves out deals without contacts.
create or replace function call_to_close(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (
        owner_id text, owner_name text, calls bigint, deals bigint, won bigint, revenue numeric,
        "wonRate" numeric, "callToCloseRate" numeric, is_team boolean
    )
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
    set work_mem = '64MB'
    set jit = off
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
begin
    return query
    with heard as (
        select owner_id, calls
        from calls_by_owner(
            coalesce("from", '-infinity'), coalesce("to", 'infinity'), asked.portal_id
        )
    ),

    closing as (
        select distinct contacts.hubspot_owner_id as owner_id, deals.deal_id, deals.is_won,
            deals.sale
        from sales_deals as deals
        cross join unnest(deals.contact_ids) as contact_id
        join current_contacts as contacts on contacts.portal_id = deals.portal_id
            and contacts.hubspot_id = contact_id
        where
            deals.portal_id = asked.portal_id
            and deals.closedate >= asked.since
            and deals.closedate < asked.until
            and (pipeline is null or deals.pipeline_id = pipeline)
    ),

    counted as (
        select false as is_team, owner_id, calls, 0 as deals, 0 as won, 0 as revenue
        from heard
        union all
        select false, owner_id, 0, 1, is_won::integer, case when is_won then coalesce(sale, 0)
            else 0 end
        from closing
        union all
        select true, null, sum(calls), 0, 0, 0
        from heard
        union all
        select true, null, 0, 1, is_won::integer, case when is_won then coalesce(sale, 0) else 0 end
        from (select distinct deal_id, is_won, sale from closing) as each_once
    ),

    summed as (
        select
            is_team,
            owner_id,
            coalesce(sum(calls), 0)::bigint as calls,
            sum(deals)::bigint as deals,
            sum(won)::bigint as won,
            sum(revenue) as revenue
        from counted
        group by is_team, owner_id
    )

    select
        summed.owner_id,
        case when is_team then 'Team'
            else coalesce(owners.owner_name, summed.owner_id, 'Nobody') end,
        calls,
        deals,
        won,
        revenue,
        percentage(won, deals),
        percentage(won, calls),
        is_team
    from summed
    left join owners on owners.portal_id = asked.portal_id and owners.owner_id = summed.owner_id
    where owner is null or summed.owner_id = owner
    order by is_team, won desc, calls desc, length(summed.owner_id), summed.owner_id;
end
$$;
