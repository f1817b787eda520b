-- Which records were read when, and what came of it, for `spoke trace`: one row per batch of the live path, because one
-- per record would make a batch of a hundred a fifth slower. Backfills are not here: a row names the scan that wrote it.
create table fetches (
    portal_id   bigint      not null,
    fetch_id    bigint      not null generated always as identity,
    object_type text        not null,
    fetched_at  timestamptz not null,                   -- when the reading began
    written_at  timestamptz not null default now(),
    hubspot_ids text[]      not null,                   -- all that were asked for, and of these …
    linked      text[]      not null default '{}',      -- only the links
    outdated    text[]      not null default '{}',      -- the row was newer than the answer and stayed
    missing     text[]      not null default '{}',      -- HubSpot knew them no longer
    primary key (portal_id, fetch_id)
);
create index on fetches using gin (hubspot_ids);
create index on fetches using brin (written_at);
