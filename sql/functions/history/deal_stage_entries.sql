-- How many deals reached each stage in a period? One row for each stage that a deal reached, in its
-- pipeline's order. "from" and "to" are the first and the last day in the portal's time zone; NULL
-- leaves that end open. `deals` counts a deal once for each stage, however often it came back;
-- `entries` counts every time. Leaves out stages that no deal reached.
create or replace function deal_stage_entries(
    "from" date default null, "to" date default null, portal bigint default null
)
    returns table (
        pipeline_id text, stage_id text, stage_label text, display_order integer, deals bigint,
            entries bigint
    )
    language sql stable
    set search_path from current
    set work_mem = '64MB'  -- else ten times the real portal's history goes through temporary files
as $$
    with asked as materialized (
        select *
        from asked_period(
            deal_stage_entries.portal, deal_stage_entries."from", deal_stage_entries."to"
        )
    )

    select
        stays.pipeline_id,
        stays.stage_id,
        min(stages.stage_label),
        min(stages.display_order),
        count(distinct stays.deal_id),
        count(distinct (stays.deal_id, stays.entered_at))
    from asked
    join deal_stage_history as stays
        on stays.portal_id = asked.portal_id
        and stays.entered_at >= asked.since
        and stays.entered_at < asked.until
    left join pipeline_stages as stages
        on stages.portal_id = stays.portal_id
        and stages.object_type = 'deals'
        and stages.pipeline_id = stays.pipeline_id
        and stages.stage_id = stays.stage_id
    group by stays.pipeline_id, stays.stage_id
    order by stays.pipeline_id, min(stages.display_order) nulls last, stays.stage_id
$$;
