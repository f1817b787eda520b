-- Which marketing events were there, for aggregations? One row for each. HubSpot tells what an
-- event is and when it began; its channel, campaign, source, device and session come with a load.
-- contact_id is the first of its contacts. Hours, days (1 is Monday) and months are in UTC. Leaves
-- out archived events.
create or replace view entity_marketing_events with (security_invoker = true) as
select
    portal_id,
    hubspot_id as event_id,
    contact_ids[1] as contact_id,
    event_type,
    channel,
    campaign_id,
    utm_source,
    device_type,
    session_duration_sec,
    page_depth,
    event_at as "timestamp",
    utc_hour(event_at) as hour,
    utc_weekday(event_at) as day_of_week,
    session_duration_sec > 60 as is_engaged,
    utc_month(event_at) as month
from hubspot_marketing_events_raw
where not archived and merged_into is null;
