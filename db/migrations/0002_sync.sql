-- The memory of the sync: portals, received events, records to fetch, failures, fetches and scans.

create table portals (
    portal_id       bigint      not null primary key,
    name            text,
    token_encrypted bytea,                  -- NULL: the token of HUBSPOT_ACCESS_TOKEN
    time_zone       text        not null default 'UTC',
    currency        text,
    country         text,                   -- ISO 3166 alpha-2, for numbers written nationally
    paused_at       timestamptz,
    paused_until    timestamptz,            -- NULL while paused_at is set: until it is resumed
    paused_reason   text,
    created_at      timestamptz not null default now(),
    salt            bytea       not null default uuid_send(gen_random_uuid()),
    -- An operator paused it, so only an operator resumes it. A deploy or a restart, which register
    -- the portal of HUBSPOT_ACCESS_TOKEN again, may not; nor a token that is accepted again.
    held            boolean     not null default false,
    schemas_changed_at timestamptz,         -- later than a process's list of types: read them again
    schemas_error   text,                   -- why HubSpot did not show them last time; else NULL
    -- Requests per 10 seconds, where that is not HUBSPOT_RATE_LIMIT: it depends on the account's
    -- tier, and one installation may serve portals of several tiers.
    rate_limit      integer     check (rate_limit > 0)
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
    ignored           text,                 -- why nothing was fetched; NULL for events that count
    event             jsonb       not null,
    primary key (portal_id, event_key)
);
create index on webhook_events (portal_id, object_type, hubspot_id, occurred_at);
create index on webhook_events using brin (received_at);
create index on webhook_events (portal_id, object_type, received_at);

-- Records to fetch again. A mark that grows while its record is being fetched stays.
create table pending_changes (
    portal_id    bigint      not null,
    object_type  text        not null,
    hubspot_id   text        not null,
    generation   bigint      not null default 1,
    associations text[]      not null default '{}',    -- types whose links may have changed
    event_at     timestamptz,                          -- HubSpot's time of the oldest open event
    marked_at    timestamptz not null default now(),
    not_before   timestamptz not null default now(),   -- back-off after a failure
    leased_until timestamptz,                          -- a worker fetches it until then
    attempts     integer     not null default 0,
    error        text,                                 -- why the last attempt failed
    whole        boolean     not null default true,
    older_at     timestamptz,
    older_since  timestamptz,
    other_ends   boolean     not null default false,
    primary key (portal_id, object_type, hubspot_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index on pending_changes (portal_id, object_type, marked_at);
create index on pending_changes (portal_id, object_type, leased_until)
    where leased_until is not null;
-- An association change says nothing of the record itself. Reading the links of a thousand records
-- costs one request, reading the records ten.
comment on column pending_changes.whole is
    'whether the record itself must be read, and not only its links';
-- A record that came back stands in the links of other records again.
comment on column pending_changes.other_ends is
    'whether HubSpot is to be asked which records link to this one';
-- An answer may be older than our row: a copy of HubSpot's lags, or the row was never right. The
-- time stands here, so that a restart does not begin the wait again.
comment on column pending_changes.older_at is
    'the modified time of HubSpot''s record, where it is older than that of our row';
comment on column pending_changes.older_since is 'since when HubSpot has answered with that time';

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
    landed_at   timestamptz,
    primary key (portal_id, letter_id)
);
-- A record that was given up may be read after all: an event came, or a scan met it. Then its
-- letter needs no operator any more.
comment on column dead_letters.landed_at is
    'since when the record is here after all, without a replay';
create index on dead_letters (portal_id, object_type, hubspot_id)
    where replayed_at is null and landed_at is null;

-- Which records were read when, and with which result, for `spoke trace`. One row for each batch of
-- the live path: one for each record would make a batch of a hundred a fifth slower. Backfills
-- leave no row here: a record's row names the scan that wrote it.
create table fetches (
    portal_id   bigint      not null,
    fetch_id    bigint      not null generated always as identity,
    object_type text        not null,
    fetched_at  timestamptz not null,                   -- when the reading began
    written_at  timestamptz not null default now(),
    hubspot_ids text[]      not null,                   -- all that were asked for, and of these …
    linked      text[]      not null default '{}',      -- only the links
    outdated    text[]      not null default '{}',      -- the row was newer and stayed
    missing     text[]      not null default '{}',      -- HubSpot knew them no longer
    primary key (portal_id, fetch_id)
);
create index on fetches using gin (hubspot_ids) with (fastupdate = off);
create index on fetches using brin (written_at);

-- Scans: backfill, reconcile and nightly comparison. The checkpoint commits together with its rows.
-- A nightly comparison compares and heals a type from the last id of the night before to the end,
-- or as far as the night's budget goes: one scan for each night and type.
create table scans (
    portal_id    bigint      not null,
    scan_id      uuid        not null default gen_random_uuid(),
    kind         text        not null check (kind in ('backfill', 'reconcile', 'nightly')),
    object_type  text        not null,
    state        text        not null default 'pending' check (state in (
                     'pending', 'running', 'paused', 'completed', 'failed', 'cancelled', 'crashed'
                 )),
    slot         timestamptz,               -- hour or night of a scheduled scan, once each
    checkpoint   text,                      -- reconcile: the time reached; else the last id
    total        bigint,                    -- how many records to expect, where HubSpot says
    records      bigint      not null default 0,
    requests     bigint      not null default 0,
    error        text,
    created_at   timestamptz not null default now(),
    started_at   timestamptz,
    heartbeat_at timestamptz,
    finished_at  timestamptz,
    attempt      integer     not null default 1,
    primary key (portal_id, scan_id),
    unique (portal_id, object_type, kind, slot)
);
create unique index scans_one_at_a_time on scans (portal_id, object_type, kind)
    where state in ('pending', 'running', 'paused');
-- A worker that could not reach Postgres for long may come back when another has taken its scan up.
-- Both would walk the same stretches, and the one that fails would end the scan of the other.
comment on column scans.attempt is
    'how often a worker has taken the scan up; a worker with an earlier attempt has lost it';

-- A backfill walks a type in stretches of ids, several at once. Each remembers where it stands, and
-- moves in the transaction that writes its rows.
create table scan_stretches (
    portal_id bigint  not null,
    scan_id   uuid    not null,
    start     bigint  not null,           -- the stretch began with ids above this one
    after     bigint  not null,           -- every record up to this id is here
    until     bigint,                     -- the last id of the stretch; NULL: to the end
    done      boolean not null default false,
    primary key (portal_id, scan_id, start)
);

-- Results of comparing the copy with HubSpot, for each run and type.
create table verify_runs (
    portal_id   bigint      not null,
    run_id      uuid        not null,
    object_type text        not null,
    sampled     boolean     not null,
    started_at  timestamptz not null,
    finished_at timestamptz not null default now(),
    compared    bigint      not null,
    unequal     bigint      not null,
    differences jsonb       not null,       -- kind of difference → ids, the first thousand of each
    healed      boolean     not null,       -- whether they were marked to be fetched again
    primary key (portal_id, run_id, object_type)
);
create index on verify_runs (portal_id, object_type, finished_at);

-- How long changes took from HubSpot to a committed row: a histogram for each hour, so that a busy
-- portal costs a few hundred rows a day. A bucket b holds latencies of about 1.05^b milliseconds:
-- percentiles are right to 5 %.
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

-- Privacy deletions leave nothing but this: that a record was erased, and when. The id stands here
-- only as a salted hash, enough to refuse it when a late event or a backfill brings it back.
create table purges (
    portal_id   bigint      not null,
    object_type text        not null,
    id_hash     bytea       not null,
    purged_at   timestamptz not null default now(),
    primary key (portal_id, object_type, id_hash)
);
