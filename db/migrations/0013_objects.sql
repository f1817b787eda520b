-- A portal's own object types, all in one table: everything of a record in raw_json, for each type has properties of its
-- own. Links to a portal's own types stand in raw_json alone, whose index finds them.
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
create index on hubspot_objects_raw (portal_id, object_type, merged_into) where merged_into is not null;
create index on hubspot_objects_raw (portal_id, object_type, archived, merged_into);
create index on hubspot_objects_raw (portal_id) where raw_json -> 'properties' ->> 'hs_merged_object_ids' <> '';
create index on hubspot_objects_raw using gin (contact_ids);
create index on hubspot_objects_raw using gin (company_ids);
create index on hubspot_objects_raw using gin (deal_ids);
create index on hubspot_objects_raw using gin (ticket_ids);
create index on hubspot_objects_raw using gin (raw_json jsonb_path_ops);

-- The types that a portal defined, as HubSpot describes them.
create table hubspot_schemas (
    portal_id     bigint      not null,
    type_id       text        not null,
    object_type   text        not null,             -- what its records go by here
    label         text,
    raw_json      jsonb       not null,
    first_seen_at timestamptz not null default now(),
    synced_at     timestamptz not null default now(),
    gone_at       timestamptz,                      -- HubSpot has it no longer: its rows stay, nothing is asked
    primary key (portal_id, type_id)
);

alter table portals
    add column schemas_changed_at timestamptz,      -- whoever remembers a portal's types reads them anew when it moved
    add column schemas_error text;                  -- why HubSpot would not show them the last time; NULL when it did
