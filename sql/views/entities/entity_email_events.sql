-- What happened to marketing e-mails, for aggregations? One row for each event. is_opened counts a
-- click, too: images may be off. is_unsub counts a report of spam. campaign_type comes with a load.
-- Months, hours and days (1 is Monday) are in UTC. Leaves out events of erased people.
create or replace view entity_email_events with (security_invoker = true) as
select
    portal_id,
    event_id as email_event_id,
    contact_id,
    campaign_id,
    campaign_type,
    action,
    subject_line_length,
    send_hour,
    send_day_of_week,
    occurred_at as "timestamp",
    action in ('Opened', 'Clicked') as is_opened,
    action = 'Clicked' as is_clicked,
    action = 'Bounced' as is_bounced,
    action in ('Unsubscribed', 'Spam') as is_unsub,
    utc_month(occurred_at) as month
from hubspot_email_events;
