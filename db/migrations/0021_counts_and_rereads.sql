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

-- Whose phone numbers are being read again because the portal's country was set, type by type, and
-- how far that is. A type that is done has no row.
create table phone_rereads (
    portal_id   bigint not null,
    object_type text   not null,
    after       text   not null,  -- the id up to which all numbers are right
    primary key (portal_id, object_type)
);
comment on table phone_rereads is
    'Spoke''s own: whose phone numbers are read again, since the country of the portal was set';
