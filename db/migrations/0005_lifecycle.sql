-- Privacy deletions leave nothing but this: that a record was purged, and when. The id stands here only as a salted
-- hash, enough to refuse it when a late event or a backfill brings it back.
create table purges (
    portal_id   bigint      not null,
    object_type text        not null,
    id_hash     bytea       not null,
    purged_at   timestamptz not null default now(),
    primary key (portal_id, object_type, id_hash)
);

alter table portals add column salt bytea not null default uuid_send(gen_random_uuid());

-- The losers of a merge are found by their survivor when that one is merged away in turn.
create index on hubspot_contacts_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_companies_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_deals_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_calls_raw (portal_id, merged_into) where merged_into is not null;
