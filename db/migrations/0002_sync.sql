-- What the sync remembers: who we mirror, what was received, what must be fetched, what failed, how far runs got.

create table portals (
    portal_id       bigint      not null primary key,
    name            text,
    token_encrypted bytea,                  -- NULL: the token of HUBSPOT_ACCESS_TOKEN
    time_zone       text        not null default 'UTC',
    currency        text,
    country         text,                   -- ISO 3166 alpha-2, for phone numbers written nationally
    paused_at       timestamptz,
    paused_until    timestamptz,            -- NULL while paused_at is set: until somebody resumes it
    paused_reason   text,
    created_at      timestamptz not null default now()
);

-- Events as received, each once. The key covers all that identifies an event except attemptNumber.
create table webhook_events (
    portal_id         bigint      not null,
    event_key         uuid        not null,
    subscription_type text        not null,
    object_type       text        not null,
    hubspot_id        text,
    occurred_at       timestamptz,
    received_at       timestamptz not null,
    ignored           text,                 -- why nothing was fetched for it; NULL for events that count
    event             jsonb       not null,
    primary key (portal_id, event_key)
);
create index on webhook_events (portal_id, object_type, hubspot_id, occurred_at);
create index on webhook_events using brin (received_at);

-- Records to fetch again. A mark that grows while its record is being fetched keeps the record pending.
create table pending_changes (
    portal_id    bigint      not null,
    object_type  text        not null,
    hubspot_id   text        not null,
    generation   bigint      not null default 1,
    associations text[]      not null default '{}',    -- types whose links may have changed
    event_at     timestamptz,                          -- when the oldest unapplied event happened in HubSpot
    marked_at    timestamptz not null default now(),
    not_before   timestamptz not null default now(),   -- back-off after a failure
    leased_until timestamptz,                          -- somebody fetches it; free again then, should they die
    attempts     integer     not null default 0,
    error        text,                                 -- why the last attempt failed
    primary key (portal_id, object_type, hubspot_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index on pending_changes (portal_id, object_type, marked_at);
create index on pending_changes (portal_id, object_type, leased_until) where leased_until is not null;

-- What failed for good, with its reason; `spoke replay` brings it back.
create table dead_letters (
    portal_id   bigint      not null,
    letter_id   bigint      not null generated always as identity,
    kind        text        not null check (kind in ('delivery', 'record')),
    object_type text,
    hubspot_id  text,
    reason      text        not null,
    payload     jsonb,
    created_at  timestamptz not null default now(),
    replayed_at timestamptz,
    primary key (portal_id, letter_id)
);

-- Runs of backfill and reconcile. The checkpoint commits together with its rows.
create table scans (
    portal_id    bigint      not null,
    scan_id      uuid        not null default gen_random_uuid(),
    kind         text        not null check (kind in ('backfill', 'reconcile')),
    object_type  text        not null,
    state        text        not null default 'pending'
                 check (state in ('pending', 'running', 'paused', 'completed', 'failed', 'cancelled', 'crashed')),
    slot         timestamptz,               -- the hour a scheduled run stands for; doubles of it do nothing
    checkpoint   text,                      -- backfill: the last id of the last page; reconcile: time reached
    total        bigint,                    -- how many records there were to expect, where HubSpot says
    records      bigint      not null default 0,
    requests     bigint      not null default 0,
    error        text,
    created_at   timestamptz not null default now(),
    started_at   timestamptz,
    heartbeat_at timestamptz,
    finished_at  timestamptz,
    primary key (portal_id, scan_id),
    unique (portal_id, object_type, kind, slot)
);
create unique index scans_one_at_a_time on scans (portal_id, object_type, kind)
    where state in ('pending', 'running', 'paused');

-- How long changes took from HubSpot to a committed row: a histogram per hour, so that a busy portal costs a few
-- hundred rows a day. A bucket b holds latencies of about 1.05^b milliseconds: percentiles are right to 5 %.
create table sync_latency (
    portal_id   bigint      not null,
    object_type text        not null,
    hour        timestamptz not null,
    bucket      integer     not null,
    changes     bigint      not null,
    primary key (portal_id, object_type, hour, bucket)
);

-- Values that did not fit their column or could not be stored, by property.
create table value_issues (
    portal_id       bigint      not null,
    object_type     text        not null,
    property        text        not null,
    reason          text        not null,
    occurrences     bigint      not null default 0,
    last_hubspot_id text,
    last_seen_at    timestamptz not null default now(),
    primary key (portal_id, object_type, property, reason)
);
