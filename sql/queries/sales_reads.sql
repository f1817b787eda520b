-- What the API and the pages read of sales.

-- name: read_metrics
select key, number, label, unit, description, source, usual_range, when_empty, answered_by
  from metrics
 order by number;

-- name: read_sales_metrics
select * from sales_metrics(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s);

-- name: read_sales_timeline
select * from sales_timeline(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s);

-- name: read_sales_funnel
select * from sales_funnel(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s) order by step;

-- name: read_call_to_close
select * from call_to_close(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s)
 order by is_team desc, revenue desc nulls last, owner_name;

-- name: read_deals_by_stage
select * from deals_by_stage(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s);

-- name: read_retention
select * from retention(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s);

-- name: read_sales_script_stats
select * from sales_script_stats(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s)
 order by sales_script_version;

-- name: read_vsl_watch_stats
select * from vsl_watch_stats(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s);

-- name: read_owners
select owner_id, owner_name, email, archived
  from owners
 where portal_id = %(portal_id)s
 order by archived, owner_name, owner_id;

-- name: read_sales_bounds
-- The days between which deals close and records were created: what "all time" means for a chart.
select min(day) as begins, max(day) as ends
  from (
      select (closedate at time zone portal_zone(%(portal_id)s))::date as day
        from sales_deals
       where portal_id = %(portal_id)s and closedate is not null
  ) as days;
