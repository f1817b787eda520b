-- The 22 aggregations and the key figures as plain queries over the entity views: what the views of
-- these names, which read rollups, must equal. PostgreSQL, DuckDB and Spark share this SQL: counts,
-- sums and averages with FILTER, and shares of float8. No percentile, no epoch, no bare decimal:
-- the engines differ in them. operations/engines.py turns it into each engine's words.

-- name: revenue_by_quarter
select portal_id, quarter,
    coalesce(sum(amount) filter (where is_won), 0) as won_revenue,
    coalesce(sum(weighted_amount) filter (where not is_won and not is_lost), 0)
        as weighted_pipeline,
    avg(amount) as avg_deal_size,
    count(*) as deal_count,
    count(*) filter (where is_won) as win_count,
    count(*) filter (where is_lost) as loss_count
from entity_deals group by portal_id, quarter;

-- name: revenue_by_month
select portal_id, month,
    coalesce(sum(amount) filter (where is_won), 0) as won_revenue,
    coalesce(sum(weighted_amount) filter (where not is_won and not is_lost), 0)
        as weighted_pipeline,
    avg(amount) as avg_deal_size,
    count(*) as deal_count,
    count(*) filter (where is_won) as win_count,
    count(*) filter (where is_lost) as loss_count
from entity_deals group by portal_id, month;

-- name: deals_by_region
select portal_id, region,
    coalesce(sum(amount) filter (where is_won), 0) as won_revenue,
    avg(amount) as avg_deal_size,
    count(*) as deal_count,
    100 * count(*) filter (where is_won)::float8
        / nullif(count(*) filter (where is_won or is_lost), 0) as win_rate,
    avg(velocity_score) as avg_velocity
from entity_deals group by portal_id, region;

-- name: deals_by_industry
select portal_id, industry,
    coalesce(sum(amount) filter (where is_won), 0) as won_revenue,
    avg(amount) as avg_deal_size,
    count(*) as deal_count,
    100 * count(*) filter (where is_won)::float8
        / nullif(count(*) filter (where is_won or is_lost), 0) as win_rate
from entity_deals group by portal_id, industry;

-- name: deals_by_pipeline
select portal_id, pipeline,
    coalesce(sum(amount) filter (where is_won), 0) as won_revenue,
    count(*) as deal_count,
    100 * count(*) filter (where is_won)::float8
        / nullif(count(*) filter (where is_won or is_lost), 0) as win_rate,
    avg(amount) as avg_deal_size
from entity_deals group by portal_id, pipeline;

-- name: stage_totals
select portal_id, stage,
    count(*) as count,
    coalesce(sum(amount), 0) as total_value,
    avg(probability) as avg_probability,
    avg(days_in_pipeline) as avg_days
from entity_deals group by portal_id, stage;

-- name: marketing_by_channel
select portal_id, channel,
    count(*) as event_count,
    avg(session_duration_sec) as avg_session_duration,
    100 * count(*) filter (where is_engaged)::float8
        / nullif(count(is_engaged), 0) as engagement_rate,
    avg(page_depth) as avg_page_depth
from entity_marketing_events group by portal_id, channel;

-- name: marketing_by_month
select portal_id, month,
    count(*) as event_count,
    100 * count(*) filter (where is_engaged)::float8
        / nullif(count(is_engaged), 0) as engagement_rate,
    avg(session_duration_sec) as avg_session_duration
from entity_marketing_events group by portal_id, month;

-- name: marketing_by_event_type
select portal_id, event_type,
    count(*) as event_count,
    100 * count(*) filter (where is_engaged)::float8
        / nullif(count(is_engaged), 0) as engagement_rate,
    avg(session_duration_sec) as avg_session_duration
from entity_marketing_events group by portal_id, event_type;

-- name: email_performance
select portal_id, campaign_type,
    count(*) filter (where action = 'Delivered') as delivered,
    100 * count(*) filter (where action = 'Opened')::float8
        / nullif(count(*) filter (where action = 'Delivered'), 0) as open_rate,
    100 * count(*) filter (where is_clicked)::float8
        / nullif(count(*) filter (where action = 'Delivered'), 0) as click_rate,
    100 * count(*) filter (where is_bounced)::float8
        / nullif(count(*) filter (where action = 'Sent'), 0) as bounce_rate,
    100 * count(*) filter (where is_unsub)::float8
        / nullif(count(*) filter (where action = 'Delivered'), 0) as unsub_rate
from entity_email_events group by portal_id, campaign_type;

-- name: email_by_month
select portal_id, month,
    count(*) filter (where action = 'Delivered') as delivered,
    100 * count(*) filter (where action = 'Opened')::float8
        / nullif(count(*) filter (where action = 'Delivered'), 0) as open_rate,
    100 * count(*) filter (where is_clicked)::float8
        / nullif(count(*) filter (where action = 'Delivered'), 0) as click_rate,
    100 * count(*) filter (where is_bounced)::float8
        / nullif(count(*) filter (where action = 'Sent'), 0) as bounce_rate
from entity_email_events group by portal_id, month;

-- name: email_by_hour
select portal_id, send_hour as hour,
    count(*) filter (where action = 'Delivered') as delivered,
    100 * count(*) filter (where action = 'Opened')::float8
        / nullif(count(*) filter (where action = 'Delivered'), 0) as open_rate,
    100 * count(*) filter (where is_clicked)::float8
        / nullif(count(*) filter (where action = 'Delivered'), 0) as click_rate
from entity_email_events group by portal_id, send_hour;

-- name: contacts_by_lifecycle
select portal_id, lifecycle_stage as lifecycle,
    count(*) as count,
    avg(lead_score) as avg_lead_score,
    avg(engagement_index) as avg_engagement
from entity_contacts group by portal_id, lifecycle_stage;

-- name: contacts_by_source
select portal_id, lead_source as source,
    count(*) as count,
    avg(lead_score) as avg_lead_score,
    avg(engagement_index) as avg_engagement
from entity_contacts group by portal_id, lead_source;

-- name: support_by_category
select portal_id, category,
    count(*) as ticket_count,
    avg(resolution_hours) as avg_resolution_hours,
    100 * count(*) filter (where sla_met)::float8
        / nullif(count(sla_met), 0) as sla_compliance,
    avg(satisfaction_score) as avg_satisfaction
from entity_tickets group by portal_id, category;

-- name: support_by_priority
select portal_id, priority,
    count(*) as ticket_count,
    avg(resolution_hours) as avg_resolution_hours,
    100 * count(*) filter (where sla_met)::float8
        / nullif(count(sla_met), 0) as sla_compliance,
    avg(satisfaction_score) as avg_satisfaction
from entity_tickets group by portal_id, priority;

-- name: web_by_page
select portal_id, page_url as page,
    count(*) as sessions,
    avg(session_duration_sec) as avg_duration,
    100 * count(*) filter (where bounce)::float8
        / nullif(count(bounce), 0) as bounce_rate,
    100 * count(*) filter (where conversion)::float8
        / nullif(count(conversion), 0) as conversion_rate,
    avg(page_views) as avg_page_views
from entity_web_sessions group by portal_id, page_url;

-- name: web_by_country
select portal_id, country,
    count(*) as sessions,
    avg(session_duration_sec) as avg_duration,
    100 * count(*) filter (where bounce)::float8
        / nullif(count(bounce), 0) as bounce_rate,
    100 * count(*) filter (where conversion)::float8
        / nullif(count(conversion), 0) as conversion_rate
from entity_web_sessions group by portal_id, country;

-- name: web_by_device
select portal_id, device_type as device,
    count(*) as sessions,
    avg(session_duration_sec) as avg_duration,
    100 * count(*) filter (where bounce)::float8
        / nullif(count(bounce), 0) as bounce_rate,
    100 * count(*) filter (where conversion)::float8
        / nullif(count(conversion), 0) as conversion_rate
from entity_web_sessions group by portal_id, device_type;

-- name: web_by_month
select portal_id, month,
    count(*) as sessions,
    100 * count(*) filter (where bounce)::float8
        / nullif(count(bounce), 0) as bounce_rate,
    100 * count(*) filter (where conversion)::float8
        / nullif(count(conversion), 0) as conversion_rate,
    100 * count(*) filter (where engaged_session)::float8
        / nullif(count(engaged_session), 0) as engagement_rate
from entity_web_sessions group by portal_id, month;

-- name: companies_by_industry
select portal_id, industry,
    count(*) as company_count,
    avg(employee_count) as avg_employees,
    avg(annual_revenue) as avg_revenue,
    avg(website_traffic_monthly) as avg_traffic
from entity_companies group by portal_id, industry;

-- name: companies_by_region
select portal_id, region,
    count(*) as company_count,
    avg(employee_count) as avg_employees,
    avg(annual_revenue) as avg_revenue
from entity_companies group by portal_id, region;

-- name: kpis
select
    portals.portal_id,
    coalesce(won_revenue, 0) as won_revenue,
    coalesce(pipeline_value, 0) as pipeline_value,
    coalesce(total_revenue, 0) as total_revenue,
    coalesce(total_deals, 0) as total_deals,
    win_rate,
    avg_deal_size,
    coalesce(total_contacts, 0) as total_contacts,
    coalesce(total_companies, 0) as total_companies,
    coalesce(total_sessions, 0) as total_sessions,
    conversion_rate,
    bounce_rate,
    avg_csat,
    sla_compliance,
    email_open_rate,
    email_click_rate,
    coalesce(total_tickets, 0) as total_tickets,
    coalesce(total_deals, 0) + coalesce(total_contacts, 0) + coalesce(total_companies, 0)
        + coalesce(total_sessions, 0) + coalesce(total_tickets, 0) + coalesce(total_emails, 0)
        + coalesce(total_events, 0) as total_records
from portals
left join (
    select portal_id,
        sum(amount) filter (where is_won) as won_revenue,
        sum(weighted_amount) filter (where not is_won and not is_lost) as pipeline_value,
        sum(amount) as total_revenue,
        avg(amount) as avg_deal_size,
        100 * count(*) filter (where is_won)::float8
            / nullif(count(*) filter (where is_won or is_lost), 0) as win_rate,
        count(*) as total_deals
    from entity_deals group by portal_id
) as deals on deals.portal_id = portals.portal_id
left join (
    select portal_id, count(*) as total_contacts
    from entity_contacts group by portal_id
) as contacts on contacts.portal_id = portals.portal_id
left join (
    select portal_id, count(*) as total_companies
    from entity_companies group by portal_id
) as companies on companies.portal_id = portals.portal_id
left join (
    select portal_id,
        count(*) as total_sessions,
        100 * count(*) filter (where conversion)::float8
            / nullif(count(conversion), 0) as conversion_rate,
        100 * count(*) filter (where bounce)::float8
            / nullif(count(bounce), 0) as bounce_rate
    from entity_web_sessions group by portal_id
) as sessions on sessions.portal_id = portals.portal_id
left join (
    select portal_id,
        count(*) as total_tickets,
        avg(satisfaction_score) as avg_csat,
        100 * count(*) filter (where sla_met)::float8
            / nullif(count(sla_met), 0) as sla_compliance
    from entity_tickets group by portal_id
) as tickets on tickets.portal_id = portals.portal_id
left join (
    select portal_id,
        count(*) as total_emails,
        100 * count(*) filter (where action = 'Opened')::float8
            / nullif(count(*) filter (where action = 'Delivered'), 0) as email_open_rate,
        100 * count(*) filter (where is_clicked)::float8
            / nullif(count(*) filter (where action = 'Delivered'), 0) as email_click_rate
    from entity_email_events group by portal_id
) as emails on emails.portal_id = portals.portal_id
left join (
    select portal_id, count(*) as total_events
    from entity_marketing_events group by portal_id
) as events on events.portal_id = portals.portal_id;
