-- How likely is a deal in each stage to be won? One row for each open stage, by the stays of the
-- last twelve months, newer ones weighing more; win_rate is from 0 to 1. probability is HubSpot's
-- own beside it. deals counts the stays that ended. A stage without any has 0.1. Leaves out closed
-- stages, and portals that have no forecast yet.
create or replace view stage_win_rates with (security_invoker = true) as
select
    rates.portal_id,
    rates.pipeline_id,
    stages.pipeline_label,
    rates.stage_id,
    coalesce(stages.stage_label, rates.stage_id) as stage_label,
    stages.display_order,
    rates.win_rate,
    stages.probability,
    rates.deals,
    rates.made_at
from forecast_stages as rates
left join pipeline_stages as stages
    on stages.portal_id = rates.portal_id and stages.object_type = 'deals'
    and stages.pipeline_id = rates.pipeline_id and stages.stage_id = rates.stage_id;
