-- How long do deals stay in each stage? One row for each portal, pipeline and stage, for finding
-- where deals get stuck. Durations are of stays that ended; `open` counts the deals that are still
-- in the stage. Keeps stages that the pipelines do not list any more: deals were in them.
create or replace view deal_stage_durations with (security_invoker = true) as
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
        filter (where not stays.is_current) as median
from deal_stage_history as stays
left join pipeline_stages as stages
    on stages.portal_id = stays.portal_id
    and stages.object_type = 'deals'
    and stages.pipeline_id = stays.pipeline_id
    and stages.stage_id = stays.stage_id
group by stays.portal_id, stays.pipeline_id, stays.stage_id;
