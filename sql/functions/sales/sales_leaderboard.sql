-- Who sells most? The deals closing in the period by owner and by HubSpot's teams of owners (kind),
-- with what the won ones are worth, and the calls of the period. Takes the arguments of
-- sales_metrics. Revenue belongs to the deal's owner: call_to_close counts by the contacts' owner.
-- An owner of two teams counts in both: do not add teams up. Leaves out owners with neither.
create or replace function sales_leaderboard(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (
        kind text, id text, name text, deals bigint, won bigint, lost bigint, revenue numeric,
            "winRate" numeric, calls bigint
    )
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
begin
    return query
    with counted as (
        select owner_id, count(*) as deals, count(*) filter (where is_won) as won,
            count(*) filter (where is_lost) as lost,
            coalesce(sum(sale) filter (where is_won), 0) as revenue, 0::bigint as calls
        from sales_deals
        where portal_id = asked.portal_id and closedate >= asked.since and closedate < asked.until
            and (pipeline is null or pipeline_id = pipeline)
        group by owner_id
        union all
        select owner_id, 0, 0, 0, 0, calls
        from calls_by_owner(
            coalesce("from", '-infinity'), coalesce("to", 'infinity'), asked.portal_id
        )
    ),

    placed as (
        select 'owner' as kind, counted.owner_id as id,
            coalesce(owners.owner_name, counted.owner_id, 'Nobody') as name, counted.*
        from counted
        left join owners
            on owners.portal_id = asked.portal_id and owners.owner_id = counted.owner_id
        union all
        select 'team', team ->> 'id', coalesce(team ->> 'name', team ->> 'id'), counted.*
        from counted
        join hubspot_owners as people
            on people.portal_id = asked.portal_id and people.hubspot_id = counted.owner_id
        cross join jsonb_path_query(people.raw_json, '$.teams[*] ? (exists (@.id))') as team
    )

    select kind, id, name, sum(deals)::bigint, sum(won)::bigint, sum(lost)::bigint, sum(revenue),
        percentage(sum(won)::bigint, (sum(won) + sum(lost))::bigint), sum(calls)::bigint
    from placed
    where owner is null or owner_id = owner
    group by kind, id, name
    order by kind, sum(revenue) desc, sum(won) desc, sum(calls) desc, name;
end
$$;
