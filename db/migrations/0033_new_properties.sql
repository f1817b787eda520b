-- Requests name the properties to read. One that HubSpot got since we last asked for them is
-- missing in every record that was read meanwhile, although nothing about the record says so.

-- Properties that events named and no definition does: HubSpot is asked for each of them once.
create table unheard_properties (
    portal_id   bigint      not null,
    object_type text        not null,
    name        text        not null,
    seen_at     timestamptz not null default clock_timestamp(),
    asked_at    timestamptz,               -- HubSpot did not list it: hidden, sensitive or deleted; NULL: to be asked
    primary key (portal_id, object_type, name)
);

-- Records to be read again for properties that are known now, one row for each type until all of
-- them are read. Written in the transaction that stores the definitions, so that no crash comes
-- between.
create table property_catch_ups (
    portal_id   bigint      not null,
    object_type text        not null,
    names       text[]      not null,
    since       timestamptz,     -- modified in HubSpot from then on, a record may have a value; NULL: any
    after       text        not null default '',  -- every record up to this id is read
    generation  bigint      not null default 1,   -- grows with each property that joins: then it begins anew
    records     bigint      not null default 0,
    learnt_at   timestamptz not null default now(),
    not_before  timestamptz not null default now(),
    error       text,                      -- why the last attempt failed
    primary key (portal_id, object_type)
);
