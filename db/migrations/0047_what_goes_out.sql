-- What is watched of a portal's definitions, what is told of it, reports on a schedule, events of
-- other systems, and what enrichment found and cost.

-- What something of ours stands on, as it was when that began or was accepted.
create table schema_watched (
    portal_id   bigint      not null,
    kind        text        not null,  -- property, pipeline or stage
    object_type text        not null,
    name        text        not null,  -- of a stage: its pipeline's id / its own
    label       text,
    meaning     text        not null,  -- a property's type; of a stage: open, won, lost or closed
    noted_at    timestamptz not null default now(),
    primary key (portal_id, kind, object_type, name)
);
comment on table schema_watched is 'Spoke''s own: definitions that numbers stand on, as they were';

create table schema_findings (
    portal_id   bigint      not null,
    finding_id  bigint      not null generated always as identity,
    kind        text        not null,
    object_type text        not null,
    name        text        not null,
    label       text,
    was         text        not null,
    is_now      text,                  -- NULL: HubSpot lists it no more
    needed_by   text[]      not null,
    found_at    timestamptz not null default now(),
    resolved_at timestamptz,           -- it is again as it was, or nothing needs it any more
    accepted_at timestamptz,           -- an operator said that it is meant so
    primary key (portal_id, finding_id)
);
create unique index schema_findings_open on schema_findings (portal_id, kind, object_type, name)
    where resolved_at is null and accepted_at is null;
comment on table schema_findings is
    'Spoke''s own: definitions that numbers stand on and that changed or went in HubSpot';

create table report_schedules (
    portal_id   bigint      not null,
    schedule_id bigint      not null generated always as identity,
    report      text        not null,
    form        text        not null,  -- csv or parquet
    destination text        not null,  -- a folder, or supabase://bucket/path
    every       text        not null check (every in ('day', 'week', 'month')),
    tells_slack boolean     not null default false,
    next_at     timestamptz not null,
    made_at     timestamptz not null default now(),
    last_run_at timestamptz,
    last_file   text,
    last_rows   bigint,
    last_error  text,
    primary key (portal_id, schedule_id)
);
comment on table report_schedules is 'Spoke''s own: files that are written again and again';

-- Of other systems: the company's website, its product. A repeated event is one row.
create table ingested_events (
    portal_id   bigint      not null,
    source      text        not null,
    event_id    text        not null,
    schema_name text        not null,
    event       text        not null,
    occurred_at timestamptz not null,
    contact_id  text,
    email       text,                  -- in small letters; finds the contact where no id is given
    quantity    numeric,
    properties  jsonb       not null default '{}',
    received_at timestamptz not null default now(),
    primary key (portal_id, source, event_id)
);
create index ingested_events_contact on ingested_events (portal_id, contact_id, occurred_at)
    where contact_id is not null;
create index ingested_events_email on ingested_events (portal_id, email, occurred_at)
    where email is not null;
create index ingested_events_time on ingested_events (occurred_at);
comment on table ingested_events is
    'Events of the company''s own systems, as programs sent them; contact_usage counts them';

create table enrichments (
    portal_id   bigint      not null,
    provider    text        not null,
    object_type text        not null,
    hubspot_id  text        not null,
    looked_at   timestamptz not null default now(),
    found       jsonb,                 -- NULL: the provider knows nothing of it
    primary key (portal_id, provider, object_type, hubspot_id)
);
comment on table enrichments is 'What a provider knows of records, as of its last answer';

-- A look is written down before it is asked for, so that no crash makes one that nobody counted.
create table enrichment_costs (
    portal_id   bigint      not null,
    cost_id     bigint      not null generated always as identity,
    provider    text        not null,
    object_type text        not null,
    hubspot_id  text        not null,
    asked_at    timestamptz not null default now(),
    cost        numeric     not null,
    outcome     text        not null default 'asked',
    primary key (portal_id, cost_id)
);
create index enrichment_costs_month on enrichment_costs (portal_id, provider, asked_at);
comment on table enrichment_costs is 'Spoke''s own: each look of enrichment, and what it cost';

-- Calls, e-mails and meetings of each deal, counted hourly: to its close, or to now.
create table deal_touch_sums (
    portal_id      bigint      not null,
    deal_id        text        not null,
    calls          integer     not null,
    emails         integer     not null,
    meetings       integer     not null,
    first_touch_at timestamptz,
    last_touch_at  timestamptz,
    primary key (portal_id, deal_id)
);
comment on table deal_touch_sums is 'Spoke''s own: touches of each deal; see deal_activity';

create table contact_responses (
    portal_id    bigint      not null,
    contact_id   text        not null,
    responded_at timestamptz not null,
    primary key (portal_id, contact_id)
);
comment on table contact_responses is
    'Spoke''s own: the first outgoing touch of each contact since its creation';

create table activity_rounds (
    portal_id  bigint      not null primary key,
    counted_at timestamptz not null
);
comment on table activity_rounds is 'Spoke''s own: as of when touches are counted';
