-- Forecasts and what stands beside them, for API and pages. Each table is one view, ordered and cut.

-- name: read_forecast_now
select * from forecast_now
 where portal_id = %(portal_id)s and (%(owner)s::text is null or owner_id = %(owner)s)
 order by period_start, period_end, owner_id <> '', p50 desc, owner_name, owner_id
 limit %(limit)s;

-- name: read_forecast_snapshots
-- Of everybody unless an owner is named; the newest first.
select * from forecast_snapshots
 where portal_id = %(portal_id)s and owner_id = coalesce(%(owner)s::text, '')
 order by made_on desc, period_start, period_end
 limit %(limit)s;

-- name: read_forecast_accuracy
select * from forecast_accuracy
 where portal_id = %(portal_id)s and (%(owner)s::text is null or owner_id = %(owner)s)
 order by owner_id <> '', owner_name, owner_id
 limit %(limit)s;

-- name: read_stage_win_rates
select * from stage_win_rates
 where portal_id = %(portal_id)s
 order by pipeline_label, pipeline_id, display_order, stage_id
 limit %(limit)s;

-- name: read_funnel_bottlenecks
select portal_id, pipeline_id, stage_id, stage_label, display_order, stays, advancement,
       round((extract(epoch from median) / 86400)::numeric, 1) as median_days,
       round((extract(epoch from p90) / 86400)::numeric, 1) as p90_days,
       open, waiting, overdue, leak, slowness
  from funnel_bottlenecks
 where portal_id = %(portal_id)s
 order by pipeline_id, display_order, stage_id
 limit %(limit)s;

-- name: read_customer_lifetime_value
select * from customer_lifetime_value
 where portal_id = %(portal_id)s
 order by worth desc, company_id
 limit %(limit)s;

-- name: read_team_performance
select * from team_performance
 where portal_id = %(portal_id)s and (%(owner)s::text is null or owner_id = %(owner)s)
 order by quarter desc, revenue desc, owner_id
 limit %(limit)s;

-- name: read_lead_priorities
select * from lead_priorities
 where portal_id = %(portal_id)s and (%(owner)s::text is null or owner_id = %(owner)s)
 order by place, deal_id
 limit %(limit)s;

-- name: read_quotas
select quotas.owner_id, coalesce(owners.owner_name, quotas.owner_id) as owner_name,
       quotas.period_start, quotas.period_end, quotas.amount::float8 as amount, quotas.set_at
  from quotas
  left join owners
    on owners.portal_id = quotas.portal_id and owners.owner_id = quotas.owner_id
 where quotas.portal_id = %(portal_id)s
 order by quotas.period_start desc, quotas.period_end, owner_name, quotas.owner_id
 limit %(limit)s;

-- name: quota_owners
select owner_id, lower(email) as email from owners where portal_id = %(portal_id)s;
