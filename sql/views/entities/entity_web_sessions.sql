-- Which sessions were there on the company's pages, for aggregations? One row for each. A session
-- is engaged when it took more than 30 seconds and more than one page. conversion comes with a
-- load. Hours, days (1 is Monday) and months are in UTC. Leaves out sessions of erased people.
create or replace view entity_web_sessions with (security_invoker = true) as
select
    portal_id,
    session_id,
    page_url,
    referrer_domain,
    browser,
    device_type,
    country,
    session_duration_sec,
    page_views,
    bounce,
    conversion,
    occurred_at as "timestamp",
    utc_hour(occurred_at) as hour,
    utc_weekday(occurred_at) as day_of_week,
    utc_month(occurred_at) as month,
    session_duration_sec > 30 and not bounce as engaged_session
from hubspot_web_sessions;
