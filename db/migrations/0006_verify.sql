-- What comparing the copy with HubSpot found, per run and type.
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
