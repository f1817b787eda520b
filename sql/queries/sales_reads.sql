-- What the API and the pages read of sales.

-- name: read_metrics
select key, number, label, unit, description, source, usual_range, when_empty, answered_by
  from metrics
 order by number;

-- name: read_sales_metrics
select * from sales_metrics(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_sales_timeline
select * from sales_timeline(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_sales_funnel
select * from sales_funnel(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s)
 order by step;

-- name: read_call_to_close
select * from call_to_close(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s)
 order by is_team desc, revenue desc nulls last, owner_name;

-- name: read_deals_by_stage
select * from deals_by_stage(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_retention
select * from retention(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_sales_script_stats
select * from sales_script_stats(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s)
 order by sales_script_version;

-- name: read_vsl_watch_stats
select * from vsl_watch_stats(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_owners
select owner_id, owner_name, email, archived
  from owners
 where portal_id = %(portal_id)s
 order by archived, owner_name, owner_id;

-- name: read_sales_outlook
select * from sales_outlook(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_first_response
select "firstResponse", "neverContacted"
  from first_response(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_forecast_categories
select * from forecast_categories(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_stage_funnel
select * from stage_funnel(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_win_rates
select * from win_rates(%(by)s, %(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_sales_leaderboard
select * from sales_leaderboard(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_lifetime_value
select * from lifetime_value(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: user_spend_as_of
select coalesce(user_spend_as_of(%(portal_id)s), now()) as as_of;

-- name: read_deal_pipelines
select pipeline_id, min(pipeline_label) as pipeline_label
  from pipeline_stages
 where portal_id = %(portal_id)s and object_type = 'deals'
 group by pipeline_id
 order by 2, 1;
