-- Which deals are there, for aggregations? One row for each: stage and pipeline by name, whether it
-- was won or lost, its worth in the company's money, and that times its chance. probability is in
-- percent: the deal's own, else its stage's. contact_id and company_id are the first of each.
-- quarter and month are of its creation, in UTC. Leaves out archived and merged deals. An amount in
-- a currency without a rate is NULL: deals_of_unknown_amount lists it.
create or replace view entity_deals with (security_invoker = true) as
select
    deals.portal_id,
    deals.deal_id,
    deals.contact_ids[1] as contact_id,
    deals.company_ids[1] as company_id,
    deals.deal_name,
    deals.sale as amount,
    coalesce(stages.stage_label, deals.stage_id) as stage,
    coalesce(stages.pipeline_label, deals.pipeline_id) as pipeline,
    chance.percent as probability,
    deals.days_in_pipeline,
    deals.createdate as created_at,
    deals.industry,
    deals.region,
    revenue_bucket(deals.sale) as revenue_bucket,
    deals.sale * chance.percent / 100 as weighted_amount,
    chance.percent / nullif(greatest(deals.days_in_pipeline, 0), 0) as velocity_score,
    deals.is_won,
    deals.is_lost,
    utc_quarter(deals.createdate) as quarter,
    utc_month(deals.createdate) as month
from sales_deals as deals
left join pipeline_stages as stages
    on stages.portal_id = deals.portal_id
    and stages.object_type = 'deals'
    and stages.pipeline_id = deals.pipeline_id
    and stages.stage_id = deals.stage_id
cross join lateral (
    select coalesce(deals.probability, stages.probability) * 100 as percent
) as chance;
