-- What do contacts do on our website and in our product? One row for each contact and source of
-- events (POST /api/v1/ingest/{source}): how many came, ever and in the last 30 days, of how many
-- kinds, on how many days, and when the first and last were. An event names its contact by id, else
-- by e-mail address; the lowest id counts where several contacts have the address. Leaves out
-- events of nobody that HubSpot knows.
create or replace view contact_usage with (security_invoker = true) as
with known as (
    select events.portal_id, events.contact_id, source, event, occurred_at, quantity
    from ingested_events as events
    where events.contact_id is not null
    union all
    select events.portal_id, people.hubspot_id, source, event, occurred_at, quantity
    from ingested_events as events
    cross join lateral (
        select hubspot_id
        from current_contacts as contacts
        where contacts.portal_id = events.portal_id and lower(contacts.email) = events.email
        order by length(hubspot_id), hubspot_id
        limit 1
    ) as people
    where events.contact_id is null and events.email is not null
)

select
    portal_id,
    contact_id,
    source,
    count(*) as events,
    count(*) filter (where occurred_at > now() - interval '30 days') as events_30_days,
    count(distinct event) as kinds,
    count(distinct (occurred_at at time zone 'UTC')::date) as active_days,
    sum(quantity) as quantity,
    min(occurred_at) as first_event_at,
    max(occurred_at) as last_event_at
from known
group by portal_id, contact_id, source;
