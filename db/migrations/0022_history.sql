-- What the properties that matter over time were, and since when: from events as they come, and from HubSpot's own
-- history for what came before them or was lost on the way.
create table property_history (
    portal_id   bigint      not null,
    object_type text        not null,
    hubspot_id  text        not null,
    property    text        not null,
    changed_at  timestamptz not null,         -- HubSpot's, to the millisecond
    value       text,                         -- as HubSpot sent it; NULL: cleared
    source      text,                         -- who changed it: CRM_UI, IMPORT, WORKFLOW …
    source_id   text,
    primary key (portal_id, object_type, hubspot_id, property, changed_at)
);

-- Records whose history is to be read: never read, or their present value is not the last of their history.
create table history_marks (
    portal_id   bigint      not null,
    object_type text        not null,
    hubspot_id  text        not null,
    generation  bigint      not null default 1,
    marked_at   timestamptz not null default now(),
    not_before  timestamptz not null default now(),
    error       text,                         -- why the last try failed
    primary key (portal_id, object_type, hubspot_id)
);
create index on history_marks (portal_id, object_type, not_before);
