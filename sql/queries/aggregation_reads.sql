-- What the API and the pages read of the 22 aggregations, each in the order in which it is shown:
-- time by time, stages by their pipeline, ranks by their first figure.

-- name: narrow_to_months
-- For the rest of the transaction, aggregations and key figures are of these months alone; an empty
-- text leaves an end open.
select set_config('spoke.since', %(since)s::text, true),
       set_config('spoke.until', %(until)s::text, true);

-- name: read_revenue_by_quarter
select quarter, won_revenue, weighted_pipeline, avg_deal_size, deal_count, win_count, loss_count
  from revenue_by_quarter
 where portal_id = %(portal_id)s
 order by quarter nulls last;

-- name: read_revenue_by_month
select month, won_revenue, weighted_pipeline, avg_deal_size, deal_count, win_count, loss_count
  from revenue_by_month
 where portal_id = %(portal_id)s
 order by month nulls last;

-- name: read_deals_by_region
select region, won_revenue, avg_deal_size, deal_count, win_rate, avg_velocity
  from deals_by_region
 where portal_id = %(portal_id)s
 order by won_revenue desc nulls last, region;

-- name: read_deals_by_industry
select industry, won_revenue, avg_deal_size, deal_count, win_rate
  from deals_by_industry
 where portal_id = %(portal_id)s
 order by won_revenue desc nulls last, industry;

-- name: read_stage_totals
select stage, count, total_value, avg_probability, avg_days
  from stage_totals
 where portal_id = %(portal_id)s
 order by (select min(display_order)
             from pipeline_stages as listed
            where listed.portal_id = %(portal_id)s and listed.object_type = 'deals'
              and listed.stage_label = stage_totals.stage) nulls last, stage;

-- name: read_deals_by_pipeline
select pipeline, won_revenue, deal_count, win_rate, avg_deal_size
  from deals_by_pipeline
 where portal_id = %(portal_id)s
 order by won_revenue desc nulls last, pipeline;

-- name: read_marketing_by_channel
select channel, event_count, avg_session_duration, engagement_rate, avg_page_depth
  from marketing_by_channel
 where portal_id = %(portal_id)s
 order by event_count desc nulls last, channel;

-- name: read_marketing_by_month
select month, event_count, engagement_rate, avg_session_duration
  from marketing_by_month
 where portal_id = %(portal_id)s
 order by month nulls last;

-- name: read_marketing_by_event_type
select event_type, event_count, engagement_rate, avg_session_duration
  from marketing_by_event_type
 where portal_id = %(portal_id)s
 order by event_count desc nulls last, event_type;

-- name: read_email_performance
select campaign_type, delivered, open_rate, click_rate, bounce_rate, unsub_rate
  from email_performance
 where portal_id = %(portal_id)s
 order by delivered desc nulls last, campaign_type;

-- name: read_email_by_month
select month, delivered, open_rate, click_rate, bounce_rate
  from email_by_month
 where portal_id = %(portal_id)s
 order by month nulls last;

-- name: read_email_by_hour
select hour, delivered, open_rate, click_rate
  from email_by_hour
 where portal_id = %(portal_id)s
 order by hour nulls last;

-- name: read_contacts_by_lifecycle
select lifecycle, count, avg_lead_score, avg_engagement
  from contacts_by_lifecycle
 where portal_id = %(portal_id)s
 order by array_position(array['subscriber', 'lead', 'marketingqualifiedlead', 'mql',
                               'salesqualifiedlead', 'sql', 'opportunity', 'customer',
                               'evangelist', 'other'],
                         lower(replace(lifecycle, ' ', ''))) nulls last, lifecycle;

-- name: read_contacts_by_source
select source, count, avg_lead_score, avg_engagement
  from contacts_by_source
 where portal_id = %(portal_id)s
 order by count desc nulls last, source;

-- name: read_support_by_category
select category, ticket_count, avg_resolution_hours, sla_compliance, avg_satisfaction
  from support_by_category
 where portal_id = %(portal_id)s
 order by ticket_count desc nulls last, category;

-- name: read_support_by_priority
select priority, ticket_count, avg_resolution_hours, sla_compliance, avg_satisfaction
  from support_by_priority
 where portal_id = %(portal_id)s
 order by array_position(array['critical', 'urgent', 'high', 'medium', 'low'], lower(priority))
          nulls last, priority;

-- name: read_web_by_page
select page, sessions, avg_duration, bounce_rate, conversion_rate, avg_page_views
  from web_by_page
 where portal_id = %(portal_id)s
 order by sessions desc nulls last, page;

-- name: read_web_by_country
select country, sessions, avg_duration, bounce_rate, conversion_rate
  from web_by_country
 where portal_id = %(portal_id)s
 order by sessions desc nulls last, country;

-- name: read_web_by_device
select device, sessions, avg_duration, bounce_rate, conversion_rate
  from web_by_device
 where portal_id = %(portal_id)s
 order by sessions desc nulls last, device;

-- name: read_web_by_month
select month, sessions, bounce_rate, conversion_rate, engagement_rate
  from web_by_month
 where portal_id = %(portal_id)s
 order by month nulls last;

-- name: read_companies_by_industry
select industry, company_count, avg_employees, avg_revenue, avg_traffic
  from companies_by_industry
 where portal_id = %(portal_id)s
 order by company_count desc nulls last, industry;

-- name: read_companies_by_region
select region, company_count, avg_employees, avg_revenue
  from companies_by_region
 where portal_id = %(portal_id)s
 order by company_count desc nulls last, region;

-- name: read_kpis
select won_revenue, pipeline_value, total_revenue, avg_deal_size, win_rate, total_deals,
       total_contacts, total_companies, total_sessions, conversion_rate, bounce_rate, avg_csat,
       sla_compliance, email_open_rate, email_click_rate, total_tickets, total_records
  from kpis
 where portal_id = %(portal_id)s;
