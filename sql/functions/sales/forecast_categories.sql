-- What do people say will come? The deals closing in the period by HubSpot's forecast category,
-- with their worth and the same by the probability of their stage. Without a period: open deals
-- without a close date, too. A won deal without a category is closed. Always shows the four
-- categories. Takes the arguments of sales_metrics. Leaves out lost deals.
create or replace function forecast_categories(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (category text, deals bigint, amount numeric, weighted numeric)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
    ever boolean := "from" is null and "to" is null;
begin
    return query
    with known (place, code, name) as (
        values (1, 'PIPELINE', 'Pipeline'), (2, 'BEST_CASE', 'Best case'), (3, 'COMMIT', 'Commit'),
            (4, 'CLOSED', 'Closed')
    ),

    likely as (
        select pipeline_id, stage_id, min(probability) as probability
        from pipeline_stages
        where portal_id = asked.portal_id and object_type = 'deals'
        group by pipeline_id, stage_id
    ),

    told as (
        select
            coalesce(
                nullif(upper(trim(
                    raw.raw_json -> 'properties' ->> 'hs_manual_forecast_category')), ''),
                case when deals.is_won then 'CLOSED' end,
                ''
            ) as code,
            deals.sale,
            case when deals.is_won then 1 else likely.probability end as probability
        from sales_deals as deals
        cross join lateral (
            select kept.raw_json
            from hubspot_deals_raw as kept
            where kept.portal_id = deals.portal_id and kept.hubspot_id = deals.deal_id
            offset 0
        ) as raw
        left join likely
            on likely.pipeline_id = deals.pipeline_id and likely.stage_id = deals.stage_id
        where deals.portal_id = asked.portal_id and not deals.is_lost
            and (
                (deals.closedate >= asked.since and deals.closedate < asked.until)
                or (ever and deals.closedate is null and not deals.is_won)
            )
            and (owner is null or deals.owner_id = owner)
            and (forecast_categories.pipeline is null
                or deals.pipeline_id = forecast_categories.pipeline)
    ),

    counted as (
        select code, count(*) as deals, sum(sale) as amount, sum(sale * probability) as weighted
        from told
        group by code
    )

    select
        coalesce(name, nullif(initcap(replace(code, '_', ' ')), ''), 'Not set'),
        coalesce(deals, 0),
        coalesce(amount, 0),
        coalesce(weighted, 0)
    from known
    full join counted using (code)
    order by place nulls last, code = '', code;
end
$$;
