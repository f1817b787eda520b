-- Columns for the aggregations, marketing events, and the two streams: e-mail events and sessions
-- on the web. A column that may be NULL rewrites no table: PostgreSQL notes it in its catalogue.

alter table hubspot_contacts_raw
    add column jobtitle text, add column lead_source text, add column lead_score numeric,
    add column region text, add column first_touch_at timestamptz,
    add column num_page_views integer, add column num_form_submissions integer;
comment on column hubspot_contacts_raw.lead_source is 'HubSpot property hs_analytics_source';
comment on column hubspot_contacts_raw.lead_score is 'HubSpot property hubspotscore';
comment on column hubspot_contacts_raw.first_touch_at is
    'HubSpot property hs_analytics_first_timestamp';
comment on column hubspot_contacts_raw.num_page_views is
    'HubSpot property hs_analytics_num_page_views';
comment on column hubspot_contacts_raw.num_form_submissions is
    'HubSpot property num_conversion_events';

alter table hubspot_companies_raw
    add column region text, add column founded_year integer,
    add column website_traffic_monthly numeric;

alter table hubspot_deals_raw
    add column region text, add column industry text, add column probability numeric,
    add column days_in_pipeline integer;
comment on column hubspot_deals_raw.probability is 'HubSpot property hs_deal_stage_probability';
comment on column hubspot_deals_raw.days_in_pipeline is 'HubSpot property days_to_close';

alter table hubspot_tickets_raw
    add column time_to_close numeric, add column satisfaction_score numeric,
    add column num_interactions integer;
comment on column hubspot_tickets_raw.num_interactions is 'HubSpot property num_contacted_notes';

create table hubspot_marketing_events_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, event_type text, event_at timestamptz, channel text, campaign_id text,
    utm_source text, device_type text, session_duration_sec integer, page_depth integer,
    createdate timestamptz,
    contact_ids text[],
    raw_json    jsonb       not null,
    archived    boolean     not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at   timestamptz not null default now(),
    fetched_at  timestamptz not null,
    updated_at  timestamptz not null,
    scan_id     uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_marketing_events_raw_links on hubspot_marketing_events_raw
    using gin (contact_ids) with (fastupdate = off);
comment on table hubspot_marketing_events_raw is
    'All marketing events, archived ones too; the view marketing_events leaves those out';
comment on column hubspot_marketing_events_raw.name is 'HubSpot property hs_event_name';
comment on column hubspot_marketing_events_raw.event_type is 'HubSpot property hs_event_type';
comment on column hubspot_marketing_events_raw.event_at is 'HubSpot property hs_start_datetime';
comment on column hubspot_marketing_events_raw.createdate is 'HubSpot property hs_createdate';

-- The streams. Rows are only added, a month to a partition: a month that is past its time is
-- dropped whole, and what asks for one month reads that month. db/partitions.py makes the months.
-- The rest takes a row whose month is not there: doctor says so, for nothing should ever be in it.
-- A portal's rows lie together within a month, so the key serves reads of a portal.
create table hubspot_email_events (
    portal_id           bigint      not null,
    event_id            text        not null,
    occurred_at         timestamptz not null,
    action              text        not null,
    recipient           text,
    contact_id          text,
    campaign_id         text,
    campaign_type       text,
    subject_line_length integer,
    send_hour           integer,
    send_day_of_week    integer,
    raw_json            jsonb,
    synced_at           timestamptz not null default now(),
    primary key (portal_id, event_id, occurred_at)
) partition by range (occurred_at);
create table hubspot_email_events_rest partition of hubspot_email_events default;
create index on hubspot_email_events (portal_id, contact_id);
create index on hubspot_email_events (portal_id, recipient) where contact_id is null;
comment on table hubspot_email_events is
    'What happened to marketing e-mails, event by event, a partition for each month';
comment on table hubspot_email_events_rest is
    'E-mail events of months without a partition: none, unless something is wrong';
comment on column hubspot_email_events.action is
    'Sent, Delivered, Opened, Clicked, Bounced, Unsubscribed, Spam, or another type of HubSpot';
comment on column hubspot_email_events.recipient is 'address, in small letters';
comment on column hubspot_email_events.contact_id is
    'the contact with that address; NULL while there is none';
comment on column hubspot_email_events.campaign_id is 'HubSpot''s emailCampaignId';
comment on column hubspot_email_events.campaign_type is 'filled by spoke load; HubSpot has none';
comment on column hubspot_email_events.subject_line_length is 'of the e-mail that the event is of';
comment on column hubspot_email_events.send_hour is 'when the e-mail was sent, in UTC';
comment on column hubspot_email_events.send_day_of_week is '1 is Monday, in UTC';
comment on column hubspot_email_events.raw_json is 'the event as HubSpot sent it; NULL: loaded';

create table hubspot_web_sessions (
    portal_id            bigint      not null,
    session_id           text        not null,
    occurred_at          timestamptz not null,
    contact_id           text,
    page_url             text,
    referrer_domain      text,
    browser              text,
    device_type          text,
    country              text,
    session_duration_sec integer,
    page_views           integer,
    bounce               boolean,
    conversion           boolean,
    raw_json             jsonb,
    synced_at            timestamptz not null default now(),
    primary key (portal_id, session_id, occurred_at)
) partition by range (occurred_at);
create table hubspot_web_sessions_rest partition of hubspot_web_sessions default;
create index on hubspot_web_sessions (portal_id, contact_id);
comment on table hubspot_web_sessions is
    'Sessions on the company''s pages, a partition for each month';
comment on table hubspot_web_sessions_rest is
    'Sessions of months without a partition: none, unless something is wrong';
comment on column hubspot_web_sessions.occurred_at is 'when the session began';
comment on column hubspot_web_sessions.page_url is 'the page that it began with';
comment on column hubspot_web_sessions.bounce is 'whether that was its only page';
comment on column hubspot_web_sessions.conversion is 'filled by spoke load; HubSpot has none';
comment on column hubspot_web_sessions.raw_json is 'its events as HubSpot sent them; NULL: loaded';
