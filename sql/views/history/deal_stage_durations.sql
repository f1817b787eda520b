-- How long do deals stay in each stage, and how many go on from it? One row for each portal,
-- pipeline and stage, for finding where deals get stuck. Durations are of stays that ended, on
-- average, in the middle and of the slowest tenth (p90); `open` counts the deals that are still in
-- the stage. advanced counts the stays that ended in a later stage of the pipeline which is not
-- lost; advancement is their percentage of all that ended. Keeps stages that the pipelines do not
-- list any more: deals were in them, and nothing is known of their order.
create or replace view deal_stage_durations with (security_invoker = true) as
with stays as (
    select *, lead(stage_id) over deal as next_id, lead(pipeline_id) over deal as next_pipeline_id
    from deal_stage_history
    window deal as (partition by portal_id, deal_id order by entered_at)
)

select
    stays.portal_id,
    stays.pipeline_id,
    stays.stage_id,
    min(stages.stage_label) as stage_label,
    min(stages.display_order) as display_order,
    count(*) filter (where not stays.is_current) as stays,
    count(*) filter (where stays.is_current) as open,
    avg(stays.duration) filter (where not stays.is_current) as average,
    percentile_cont(0.5) within group (order by stays.duration)
        filter (where not stays.is_current) as median,
    percentile_cont(0.9) within group (order by stays.duration)
        filter (where not stays.is_current) as p90,
    count(*) filter (where following.display_order > stages.display_order) as advanced,
    percentage(
        count(*) filter (where following.display_order > stages.display_order),
        count(*) filter (where not stays.is_current)
    ) as advancement
from stays
left join pipeline_stages as stages
    on stages.portal_id = stays.portal_id
    and stages.object_type = 'deals'
    and stages.pipeline_id = stays.pipeline_id
    and stages.stage_id = stays.stage_id
left join pipeline_stages as following
    on following.portal_id = stays.portal_id
    and following.object_type = 'deals'
    and following.pipeline_id = stays.pipeline_id
    and following.pipeline_id = stays.next_pipeline_id
    and following.stage_id = stays.next_id
    and following.is_lost is not true
group by stays.portal_id, stays.pipeline_id, stays.stage_id;
