-- How did marketing e-mails do? One row for each e-mail with HubSpot's counters; open and click
-- rates are of the delivered ones. Statistics of an e-mail that nobody edits are read once a day.
-- Leaves out who opened it: HubSpot tells that per event only.
create or replace view marketing_emails with (security_invoker = true) as
select
    portal_id,
    key as email_id,
    raw_json ->> 'name' as email_name,
    raw_json ->> 'subject' as subject,
    raw_json ->> 'state' as state,
    raw_json ->> 'campaign' as campaign_id,
    property_datetime(raw_json ->> 'publishDate') as published_at,
    counted.sent,
    counted.delivered,
    counted.opened,
    counted.clicked,
    property_number(raw_json #>> '{stats,counters,bounce}')::bigint as bounced,
    property_number(raw_json #>> '{stats,counters,unsubscribed}')::bigint as unsubscribed,
    counted.opened::numeric / nullif(counted.delivered, 0) as open_rate,
    counted.clicked::numeric / nullif(counted.delivered, 0) as click_rate,
    updated_at,
    synced_at,
    gone_at,
    raw_json
from hubspot_polled
cross join lateral (
    select
        property_number(raw_json #>> '{stats,counters,sent}')::bigint as sent,
        property_number(raw_json #>> '{stats,counters,delivered}')::bigint as delivered,
        property_number(raw_json #>> '{stats,counters,open}')::bigint as opened,
        property_number(raw_json #>> '{stats,counters,click}')::bigint as clicked
) as counted
where family = 'marketing_emails';
