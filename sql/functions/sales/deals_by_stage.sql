-- How many deals lie in which stage? The deals closing in the period by pipeline and stage, with
-- what they are worth and their share of all. Without a period it counts all deals, also deals
-- without a close date. Takes period, owner, portal and pipeline as sales_metrics does. Shows every
-- stage of every pipeline in its order, also without deals, unless HubSpot lists it no more. Deals
-- in stages that no pipeline knows come last.
create or replace function deals_by_stage(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (
        pipeline_id text, pipeline_label text, stage_id text, stage_label text, is_won boolean,
            is_lost boolean,
        deals bigint, amount numeric, share numeric
    )
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
    with known as (
        select
            pipeline_id,
            stage_id,
            min(pipeline_label) as pipeline_label,
            min(stage_label) as stage_label,
            min(display_order) as display_order,
            bool_or(is_won) as is_won,
            bool_or(is_lost) as is_lost,
            bool_and(gone_at is not null) as is_gone
        from pipeline_stages
        where portal_id = asked.portal_id and object_type = 'deals'
            and (pipeline is null or pipeline_id = pipeline)
        group by pipeline_id, stage_id
    ),

    counted as (
        select
            coalesce(pipeline_id, '') as pipeline_id,
            coalesce(stage_id, '') as stage_id,
            bool_or(is_won) as is_won,
            bool_or(is_lost) as is_lost,
            count(*) as deals,
            sum(sale) as amount
        from sales_deals
        where portal_id = asked.portal_id
            and (ever or (closedate >= asked.since and closedate < asked.until))
            and (owner is null or owner_id = owner)
            and (pipeline is null or pipeline_id = pipeline)
        group by 1, 2
    )

    select
        nullif(pipeline_id, ''),
        pipeline_label,
        nullif(stage_id, ''),
        stage_label,
        coalesce(counted.is_won, known.is_won, false),
        coalesce(counted.is_lost, known.is_lost, false),
        coalesce(deals, 0),
        coalesce(amount, 0),
        percentage(coalesce(deals, 0), (sum(deals) over ())::bigint)
    from known
    full join counted using (pipeline_id, stage_id)
    where deals > 0 or not is_gone
    order by known.stage_id is null, pipeline_label, pipeline_id, display_order, stage_id;
end
$$;
