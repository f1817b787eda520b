-- Which of the types that most portals have none of a portal has. Nothing more is asked about the
-- others than whether there is a record by now, once a day.
create table optional_types (
    portal_id   bigint      not null,
    object_type text        not null,
    looked_at   timestamptz not null default now(),
    used_at     timestamptz,    -- since when it is read, from its first record or event on
    refusal     text,           -- why HubSpot does not show it: a scope or a product is missing
    primary key (portal_id, object_type)
);
comment on table optional_types is
    'which of the types that most portals have none of a portal has, and which it may not see';

-- Properties of which every version is kept because the portal's people asked for it, beside those
-- that the registry names.
create table followed_properties (
    portal_id   bigint      not null,
    object_type text        not null,
    property    text        not null,
    followed_at timestamptz not null default now(),
    primary key (portal_id, object_type, property)
);
comment on table followed_properties is
    'properties whose history is kept because `spoke follow` asked for it';
