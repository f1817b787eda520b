-- Seven entities at {scale} of 4.85 million records, filled without triggers.
insert into portals (portal_id, time_zone, currency) values (1, 'UTC', 'EUR');
insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json)
select 1, 'deals', 'p' || p, 'Pipeline ' || p, jsonb_build_object('stages', (
    select jsonb_agg(jsonb_build_object('id', 's' || s, 'label', 'Stage ' || s, 'metadata',
        jsonb_build_object('isClosed', (s > 4)::text, 'probability',
            case s when 5 then '1.0' when 6 then '0.0' else '0.' || s end)))
    from generate_series(1, 6) as s))
from generate_series(1, 4) as p;
insert into hubspot_companies_raw (portal_id, hubspot_id, raw_json, fetched_at, updated_at, name,
    industry, region, numberofemployees, annualrevenue, website_traffic_monthly)
select 1, n, '{}', now(), now(), 'Company ' || n, 'industry ' || n % 20, 'region ' || n % 7,
    n % 5000, n * 3.7, n % 9000
from generate_series(1, (50000 * {scale})::int) as n;
insert into hubspot_contacts_raw (portal_id, hubspot_id, raw_json, fetched_at, updated_at,
    lifecyclestage, lead_source, lead_score, num_page_views, num_form_submissions)
select 1, n, '{}', now(), now(), 'stage ' || n % 7, 'source ' || n % 10, n % 101, n % 300, n % 9
from generate_series(1, (500000 * {scale})::int) as n;
insert into hubspot_deals_raw (portal_id, hubspot_id, raw_json, fetched_at, updated_at, dealname,
    pipeline, dealstage, amount, createdate, industry, region, probability, days_in_pipeline)
select 1, n, '{}', now(), now(), 'Deal ' || n, 'p' || 1 + n % 4, 's' || 1 + n % 6,
    n % 99991 + 0.37, timestamptz '2023-01-01' + n % 1096 * interval '1 day',
    'industry ' || n % 20, 'region ' || n % 7, n % 101 / 100.0, 1 + n % 364
from generate_series(1, (300000 * {scale})::int) as n;
insert into hubspot_tickets_raw (portal_id, hubspot_id, raw_json, fetched_at, updated_at,
    category, priority, time_to_close, satisfaction_score)
select 1, n, '{}', now(), now(), 'category ' || n % 10,
    (array['Critical', 'High', 'Medium', 'Low'])[1 + n % 4], n % 720 * 3600000.0, 1 + n % 5
from generate_series(1, (200000 * {scale})::int) as n;
insert into hubspot_marketing_events_raw (portal_id, hubspot_id, raw_json, fetched_at,
    updated_at, channel, event_type, event_at, session_duration_sec, page_depth)
select 1, n, '{}', now(), now(), 'channel ' || n % 6, 'type ' || n % 10,
    timestamptz '2023-01-01' + n % 1096 * interval '1 day', 1 + n % 3600, n % 20
from generate_series(1, (1000000 * {scale})::int) as n;
insert into hubspot_email_events (portal_id, event_id, occurred_at, action, campaign_type,
    send_hour)
select 1, n, timestamptz '2023-01-01' + n % 1096 * interval '1 day',
    (array['Sent', 'Delivered', 'Opened', 'Clicked', 'Bounced', 'Spam'])[1 + n % 6],
    'type ' || n % 10, n % 24
from generate_series(1, (800000 * {scale})::int) as n;
insert into hubspot_web_sessions (portal_id, session_id, occurred_at, page_url, country,
    device_type, session_duration_sec, page_views, bounce, conversion)
select 1, n, timestamptz '2023-01-01' + n % 1096 * interval '1 day', '/page-' || n % 20,
    'country ' || n % 20, (array['Desktop', 'Mobile', 'Tablet'])[1 + n % 3], n % 1800,
    1 + n % 12, n % 9 < 4, n % 25 = 0
from generate_series(1, (2000000 * {scale})::int) as n;
