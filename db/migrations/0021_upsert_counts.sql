-- How many records were upserted ever, for monitoring: counted in the transaction that writes them,
-- so a count is neither lost nor doubled. A lane is a remainder of the session's number: two
-- sessions rarely wait for one another's row.
create table upsert_counts (
    portal_id   bigint   not null,
    object_type text     not null,
    source      text     not null,  -- live: a change; scan: a backfill or another run
    lane        smallint not null,
    upserts     bigint   not null,
    primary key (portal_id, object_type, source, lane)
);
comment on table upsert_counts is 'Spoke''s own: how many records were written ever, for /metrics';
