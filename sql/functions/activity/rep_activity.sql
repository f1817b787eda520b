-- How much does each owner do for deals that are won, and for deals that are lost? One row for each
-- owner of deals that were won or lost in the period or are open now: touches a won and a lost deal
-- on average, the win rate with Wilson's interval, and how many open deals had no touch for more
-- than 14 days. Takes the arguments of sales_metrics. Deals without an owner are Nobody's, last.
create or replace function rep_activity(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (
        owner_id text, owner_name text, deals bigint, won bigint, lost bigint, "winRate" numeric,
            low numeric, high numeric, touches bigint, per_won numeric, per_lost numeric,
            open bigint, stalled bigint
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
    with of_period as (
        select *, not (is_won or is_lost) as is_open
        from deal_activity
        where portal_id = asked.portal_id
            and (
                not (is_won or is_lost)
                or closedate >= asked.since and closedate < asked.until
            )
            and (owner is null or owner_id = owner)
            and (pipeline is null or pipeline_id = pipeline)
    ),

    counted as (
        select owner_id,
            count(*) filter (where not is_open) as deals,
            count(*) filter (where is_won) as won,
            count(*) filter (where is_lost) as lost,
            coalesce(sum(touches), 0)::bigint as touches,
            round(avg(touches) filter (where is_won), 1) as per_won,
            round(avg(touches) filter (where is_lost), 1) as per_lost,
            count(*) filter (where is_open) as open,
            count(*) filter (where is_stalled) as stalled
        from of_period
        group by owner_id
    )

    select counted.owner_id, coalesce(owners.owner_name, counted.owner_id, 'Nobody'), deals, won,
        lost, percentage(won, deals), rates.low, rates.high, touches, per_won, per_lost, open,
        stalled
    from counted
    cross join lateral wilson(won, deals) as rates
    left join owners on owners.portal_id = asked.portal_id and owners.owner_id = counted.owner_id
    order by counted.owner_id is null, deals desc, open desc, 2;
end
$$;
