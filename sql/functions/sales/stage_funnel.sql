-- How far do deals come? One row for each stage of each pipeline, with the deals created in the
-- period that reached it until now. There are HubSpot's two kinds. in_order counts a deal that came
-- through all stages before; any_stage counts a deal that entered the stage by any way. The first
-- rate is a share of the stage before, the second a share of all these deals in the pipeline. Takes
-- the arguments of sales_metrics. Leaves out lost stages, stages that HubSpot lists no more, and
-- deals whose history was not read.
create or replace function stage_funnel(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (
        pipeline_id text, pipeline_label text, step integer, stage_id text, stage_label text,
        in_order bigint, in_order_rate numeric, any_stage bigint, any_rate numeric
    )
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
    set enable_nestloop = off  -- each stay would be compared with each deal
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
begin
    return query
    with steps as (
        select
            pipeline_id,
            pipeline_label,
            stage_id,
            stage_label,
            (row_number() over (
                partition by pipeline_id order by display_order nulls last, stage_id
            ))::integer as step
        from pipeline_stages
        where portal_id = asked.portal_id and object_type = 'deals' and is_lost is not true
            and gone_at is null
            and (pipeline is null or pipeline_id = pipeline)
    ),

    cohort as materialized (
        select deal_id
        from sales_deals
        where portal_id = asked.portal_id
            and createdate >= asked.since
            and createdate < asked.until
            and (owner is null or owner_id = owner)
    ),

    paths as materialized (
        select pipeline_id, deal_id, array_agg(step order by entered_at, step) as path
        from deal_stage_history as stays
        join cohort using (deal_id)
        join steps using (pipeline_id, stage_id)
        where stays.portal_id = asked.portal_id
        group by pipeline_id, deal_id
    ),

    alike as (  -- many deals go few ways: each is followed once
        select pipeline_id, path, count(*) as deals
        from paths
        group by pipeline_id, path
    ),

    reached as (
        select pipeline_id, path, deals, steps_in_order(path) as furthest
        from alike
    ),

    counted as (
        select
            steps.*,
            coalesce(sum(deals) filter (where steps.step <= furthest), 0)::bigint as in_order,
            coalesce(sum(deals) filter (where steps.step = any (path)), 0)::bigint as any_stage,
            coalesce(sum(deals), 0)::bigint as deals
        from steps
        left join reached using (pipeline_id)
        group by steps.pipeline_id, pipeline_label, stage_id, stage_label, steps.step
    )

    select
        pipeline_id, pipeline_label, step, stage_id, stage_label,
        in_order,
        percentage(in_order, lag(in_order) over (partition by pipeline_id order by step)),
        any_stage,
        percentage(any_stage, deals)
    from counted
    order by pipeline_label, pipeline_id, step;
end
$$;
