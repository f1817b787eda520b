-- What describes the records: owners, pipelines, properties, and the types that portals defined.

create table hubspot_owners (
    portal_id  bigint      not null,
    hubspot_id text        not null,
    email      text,
    firstname  text,
    lastname   text,
    archived   boolean     not null default false,
    raw_json   jsonb       not null,
    synced_at  timestamptz not null default now(),
    primary key (portal_id, hubspot_id)
);

create table hubspot_pipelines (
    portal_id   bigint      not null,
    object_type text        not null,
    hubspot_id  text        not null,
    label       text,
    raw_json    jsonb       not null,
    synced_at   timestamptz not null default now(),
    primary key (portal_id, object_type, hubspot_id)
);

create table hubspot_properties (
    portal_id   bigint      not null,
    object_type text        not null,
    name        text        not null,
    label       text,
    type        text,
    field_type  text,
    calculated  boolean     not null default false,
    raw_json    jsonb       not null,
    synced_at   timestamptz not null default now(),
    primary key (portal_id, object_type, name)
);

-- Requests name the properties to read. One that HubSpot got since we last asked for them is
-- missing in every record that was read meanwhile, although nothing about the record says so.
-- Here stand properties that events named and no definition does: HubSpot is asked for each once.
create table unheard_properties (
    portal_id   bigint      not null,
    object_type text        not null,
    name        text        not null,
    seen_at     timestamptz not null default clock_timestamp(),
    asked_at    timestamptz,    -- hidden, sensitive or deleted in HubSpot; NULL: to ask
    primary key (portal_id, object_type, name)
);

-- Records to read again for properties that are known now, one row for each type until all of them
-- are read. Written in the transaction that stores the definitions: no crash can come between.
create table property_catch_ups (
    portal_id   bigint      not null,
    object_type text        not null,
    names       text[]      not null,
    since       timestamptz,                  -- only records modified since then; NULL: every one
    after       text        not null default '',  -- every record up to this id is read
    generation  bigint      not null default 1,   -- grows with each property that joins
    records     bigint      not null default 0,
    learnt_at   timestamptz not null default now(),
    not_before  timestamptz not null default now(),
    error       text,                         -- why the last attempt failed
    primary key (portal_id, object_type)
);

-- The types that a portal defined, as HubSpot describes them.
create table hubspot_schemas (
    portal_id     bigint      not null,
    type_id       text        not null,
    object_type   text        not null,     -- the name of its records here
    label         text,
    raw_json      jsonb       not null,
    first_seen_at timestamptz not null default now(),
    synced_at     timestamptz not null default now(),
    gone_at       timestamptz,              -- HubSpot has it no longer: its rows stay
    primary key (portal_id, type_id)
);

-- The records of all these types. Each type has properties of its own, so they stand in raw_json.
-- Links to a portal's own types stand in raw_json alone, whose index finds them.
create table hubspot_objects_raw (
    portal_id   bigint      not null,
    object_type text        not null,
    hubspot_id  text        not null,
    contact_ids text[],
    company_ids text[],
    deal_ids    text[],
    ticket_ids  text[],
    raw_json    jsonb       not null,
    archived    boolean     not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at   timestamptz not null default now(),
    fetched_at  timestamptz not null,
    updated_at  timestamptz not null,
    scan_id     uuid,
    primary key (portal_id, object_type, hubspot_id)
);
create index on hubspot_objects_raw (hubspot_id);
create index on hubspot_objects_raw (portal_id, object_type, merged_into)
    where merged_into is not null;
create index on hubspot_objects_raw (portal_id, object_type, archived, merged_into);
create index on hubspot_objects_raw (portal_id)
    where raw_json -> 'properties' ->> 'hs_merged_object_ids' <> '';
create index on hubspot_objects_raw using gin (contact_ids) with (fastupdate = off);
create index on hubspot_objects_raw using gin (company_ids) with (fastupdate = off);
create index on hubspot_objects_raw using gin (deal_ids) with (fastupdate = off);
create index on hubspot_objects_raw using gin (ticket_ids) with (fastupdate = off);
create index on hubspot_objects_raw using gin (raw_json jsonb_path_ops);

-- Each view of every property as it was built last: `definition` is a hash of what was asked for,
-- so that nothing is done when nothing changed. Of no portal: several portals share each view. The
-- view of a portal's own type has another name than the type.
create table typed_views (
    name        text        not null primary key,
    definition  text        not null,
    columns     jsonb       not null,   -- [{"name", "source", "type"}] of the properties, in order
    left_out    text[]      not null,   -- properties beyond PostgreSQL's limit of columns
    problem     text,                   -- why the view is not as the portals' definitions want it
    built_at    timestamptz not null default now(),
    object_type text        not null
);
comment on table typed_views is
    'what `spoke status` says of contacts, custom_cars … with a column for each property';
