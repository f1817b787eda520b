-- Which sales will come, and how fast? One row: the open deals of now, with or without a close
-- date, their worth, the same by the probability of their stage, and the sales velocity. The
-- velocity is open deals * win rate * average sale / average days to sale of the period, in money a
-- day. It is NULL where one of them is unknown or no time passes. Takes the arguments of
-- sales_metrics: the period narrows the velocity alone. Open deals in stages without a probability
-- weigh nothing.
create or replace function sales_outlook(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (
        "openDeals" bigint, "openPipeline" numeric, "weightedPipeline" numeric,
            "salesVelocity" numeric
    )
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
    stages text[] := open_stages(asked.portal_id);
begin
    return query
    with likely as (
        select pipeline_id, stage_id, min(probability) as probability
        from pipeline_stages
        where portal_id = asked.portal_id and object_type = 'deals'
        group by pipeline_id, stage_id
    ),

    open as (
        select count(*) as deals, coalesce(sum(sale), 0) as worth,
            coalesce(sum(sale * likely.probability), 0) as weighted
        from sales_deals
        left join likely using (pipeline_id, stage_id)
        where portal_id = asked.portal_id and (stage_id = any (stages) or stage_id is null)
            and not is_won and not is_lost
            and (owner is null or owner_id = owner)
            and (pipeline is null or pipeline_id = pipeline)
    )

    select deals, worth, weighted,
        case when days_to_sale > 0 then deals * win_rate / 100 * sale_size / days_to_sale end
    from open
    cross join (  -- as sales_by_period has them; calls and contacts are not needed here
        select
            percentage(count(*) filter (where is_won), count(*) filter (where is_won or is_lost))
                as win_rate,
            avg(sale) filter (where is_won and sale > 0) as sale_size,
            avg(extract(epoch from closedate - createdate)) filter (where is_won) / 86400
                as days_to_sale
        from sales_deals
        where portal_id = asked.portal_id
            and closedate >= asked.since and closedate < asked.until
            and (owner is null or owner_id = owner)
            and (pipeline is null or pipeline_id = pipeline)
    ) as closing;
end
$$;
