-- The aggregations over the seven entities, in the SQL that PostgreSQL, DuckDB and Spark share:
-- counts, sums and averages with FILTER, and shares of float8. No percentile, no epoch, no bare
-- decimal: the engines differ in them. operations/engines.py turns it into each engine's words.

-- name: revenue_by_quarter
select quarter, portal_id, sum(amount) filter (where is_won) as won_revenue,
       sum(weighted_amount) filter (where not is_won and not is_lost) as weighted_pipeline,
       avg(amount) as avg_deal_size, count(*) as deal_count,
       count(*) filter (where is_won) as win_count, count(*) filter (where is_lost) as loss_count
  from entity_deals group by quarter, portal_id;

-- name: revenue_by_month
select month, portal_id, sum(amount) filter (where is_won) as won_revenue,
       sum(weighted_amount) filter (where not is_won and not is_lost) as weighted_pipeline,
       avg(amount) as avg_deal_size, count(*) as deal_count,
       count(*) filter (where is_won) as win_count, count(*) filter (where is_lost) as loss_count
  from entity_deals group by month, portal_id;

-- name: deals_by_region
select region, portal_id, sum(amount) filter (where is_won) as won_revenue,
       avg(amount) as avg_deal_size, count(*) as deal_count,
       100 * count(*) filter (where is_won)::float8
           / nullif(count(*) filter (where is_won or is_lost), 0) as win_rate,
       avg(velocity_score) as avg_velocity
  from entity_deals group by region, portal_id;

-- name: deals_by_industry
select industry, portal_id, sum(amount) filter (where is_won) as won_revenue,
       avg(amount) as avg_deal_size, count(*) as deal_count,
       100 * count(*) filter (where is_won)::float8
           / nullif(count(*) filter (where is_won or is_lost), 0) as win_rate
  from entity_deals group by industry, portal_id;

-- name: pipeline_stages
select stage, portal_id, count(*) as count, sum(amount) as total_value,
       avg(probability) as avg_probability, avg(days_in_pipeline) as avg_days
  from entity_deals group by stage, portal_id;

-- name: deals_by_pipeline
select pipeline, portal_id, sum(amount) filter (where is_won) as won_revenue,
       avg(amount) as avg_deal_size, count(*) as deal_count,
       100 * count(*) filter (where is_won)::float8
           / nullif(count(*) filter (where is_won or is_lost), 0) as win_rate
  from entity_deals group by pipeline, portal_id;

-- name: marketing_by_channel
select channel, portal_id, count(*) as event_count,
       avg(session_duration_sec) as avg_session_duration,
       100 * count(*) filter (where is_engaged)::float8 / count(*) as engagement_rate,
       avg(page_depth) as avg_page_depth
  from entity_marketing_events group by channel, portal_id;

-- name: marketing_by_month
select month, portal_id, count(*) as event_count,
       avg(session_duration_sec) as avg_session_duration,
       100 * count(*) filter (where is_engaged)::float8 / count(*) as engagement_rate
  from entity_marketing_events group by month, portal_id;

-- name: marketing_by_event_type
select event_type, portal_id, count(*) as event_count,
       avg(session_duration_sec) as avg_session_duration,
       100 * count(*) filter (where is_engaged)::float8 / count(*) as engagement_rate
  from entity_marketing_events group by event_type, portal_id;

-- name: email_performance
select campaign_type, portal_id, count(*) filter (where action = 'Delivered') as delivered,
       100 * count(*) filter (where action = 'Opened')::float8
           / nullif(count(*) filter (where action = 'Delivered'), 0) as open_rate,
       100 * count(*) filter (where is_clicked)::float8
           / nullif(count(*) filter (where action = 'Delivered'), 0) as click_rate,
       100 * count(*) filter (where is_bounced)::float8
           / nullif(count(*) filter (where action = 'Sent'), 0) as bounce_rate,
       100 * count(*) filter (where is_unsub)::float8
           / nullif(count(*) filter (where action = 'Delivered'), 0) as unsub_rate
  from entity_email_events group by campaign_type, portal_id;

-- name: email_by_month
select month, portal_id, count(*) filter (where action = 'Delivered') as delivered,
       100 * count(*) filter (where action = 'Opened')::float8
           / nullif(count(*) filter (where action = 'Delivered'), 0) as open_rate,
       100 * count(*) filter (where is_clicked)::float8
           / nullif(count(*) filter (where action = 'Delivered'), 0) as click_rate
  from entity_email_events group by month, portal_id;

-- name: email_by_hour
select send_hour as hour, portal_id, count(*) filter (where action = 'Delivered') as delivered,
       100 * count(*) filter (where action = 'Opened')::float8
           / nullif(count(*) filter (where action = 'Delivered'), 0) as open_rate,
       100 * count(*) filter (where is_clicked)::float8
           / nullif(count(*) filter (where action = 'Delivered'), 0) as click_rate
  from entity_email_events group by send_hour, portal_id;

-- name: contacts_by_lifecycle
select lifecycle_stage as lifecycle, portal_id, count(*) as count,
       avg(lead_score) as avg_lead_score, avg(engagement_index) as avg_engagement
  from entity_contacts group by lifecycle_stage, portal_id;

-- name: contacts_by_source
select lead_source as source, portal_id, count(*) as count,
       avg(lead_score) as avg_lead_score, avg(engagement_index) as avg_engagement
  from entity_contacts group by lead_source, portal_id;

-- name: support_by_category
select category, portal_id, count(*) as ticket_count, avg(resolution_hours) as avg_resolution_hours,
       100 * count(*) filter (where sla_met)::float8
           / nullif(count(sla_met), 0) as sla_compliance,
       avg(satisfaction_score) as avg_satisfaction
  from entity_tickets group by category, portal_id;

-- name: support_by_priority
select priority, portal_id, count(*) as ticket_count, avg(resolution_hours) as avg_resolution_hours,
       100 * count(*) filter (where sla_met)::float8
           / nullif(count(sla_met), 0) as sla_compliance,
       avg(satisfaction_score) as avg_satisfaction
  from entity_tickets group by priority, portal_id;

-- name: web_by_page
select page_url as page, portal_id, count(*) as sessions, avg(session_duration_sec) as avg_duration,
       100 * count(*) filter (where bounce)::float8 / count(*) as bounce_rate,
       100 * count(*) filter (where conversion)::float8 / count(*) as conversion_rate,
       avg(page_views) as avg_page_views
  from entity_web_sessions group by page_url, portal_id;

-- name: web_by_country
select country, portal_id, count(*) as sessions, avg(session_duration_sec) as avg_duration,
       100 * count(*) filter (where bounce)::float8 / count(*) as bounce_rate,
       100 * count(*) filter (where conversion)::float8 / count(*) as conversion_rate
  from entity_web_sessions group by country, portal_id;

-- name: web_by_device
select device_type as device, portal_id, count(*) as sessions,
       avg(session_duration_sec) as avg_duration,
       100 * count(*) filter (where bounce)::float8 / count(*) as bounce_rate,
       100 * count(*) filter (where conversion)::float8 / count(*) as conversion_rate
  from entity_web_sessions group by device_type, portal_id;

-- name: web_by_month
select month, portal_id, count(*) as sessions,
       100 * count(*) filter (where bounce)::float8 / count(*) as bounce_rate,
       100 * count(*) filter (where conversion)::float8 / count(*) as conversion_rate,
       100 * count(*) filter (where engaged_session)::float8 / count(*) as engagement_rate
  from entity_web_sessions group by month, portal_id;

-- name: companies_by_industry
select industry, portal_id, count(*) as company_count, avg(employee_count) as avg_employees,
       avg(annual_revenue) as avg_revenue, avg(website_traffic_monthly) as avg_traffic
  from entity_companies group by industry, portal_id;

-- name: companies_by_region
select region, portal_id, count(*) as company_count, avg(employee_count) as avg_employees,
       avg(annual_revenue) as avg_revenue
  from entity_companies group by region, portal_id;

-- name: kpis
select deals.*, people.total_contacts, firms.total_companies, visits.*, help.*, mails.*
  from (
       select sum(amount) filter (where is_won) as won_revenue,
              sum(weighted_amount) filter (where not is_won and not is_lost) as pipeline_value,
              count(*) as total_deals, avg(amount) as avg_deal_size,
              100 * count(*) filter (where is_won)::float8
                  / nullif(count(*) filter (where is_won or is_lost), 0) as win_rate
         from entity_deals
       ) as deals
 cross join (select count(*) as total_contacts from entity_contacts) as people
 cross join (select count(*) as total_companies from entity_companies) as firms
 cross join (
       select count(*) as total_sessions,
              100 * count(*) filter (where conversion)::float8 / count(*) as conversion_rate,
              100 * count(*) filter (where bounce)::float8 / count(*) as bounce_rate
         from entity_web_sessions
       ) as visits
 cross join (
       select count(*) as total_tickets, avg(satisfaction_score) as avg_csat,
              100 * count(*) filter (where sla_met)::float8
                  / nullif(count(sla_met), 0) as sla_compliance
         from entity_tickets
       ) as help
 cross join (
       select 100 * count(*) filter (where action = 'Opened')::float8
                  / nullif(count(*) filter (where action = 'Delivered'), 0) as email_open_rate,
              100 * count(*) filter (where is_clicked)::float8
                  / nullif(count(*) filter (where action = 'Delivered'), 0) as email_click_rate
         from entity_email_events
       ) as mails;
