-- Past values of the properties that matter over time: from events as they come, and from HubSpot's
-- own history for values that came before the events or were lost on the way.
create table property_history (
    portal_id   bigint      not null,
    object_type text        not null,
    hubspot_id  text        not null,
    property    text        not null,
    changed_at  timestamptz not null,         -- HubSpot's, to the millisecond
    value       text,                         -- as HubSpot sent it; NULL: cleared
    source      text,                         -- how it was changed: CRM_UI, IMPORT, WORKFLOW …
    source_id   text,
    primary key (portal_id, object_type, hubspot_id, property, changed_at)
);

-- Records whose history must be read: it was never read, or does not end with the present value.
create table history_marks (
    portal_id   bigint      not null,
    object_type text        not null,
    hubspot_id  text        not null,
    generation  bigint      not null default 1,
    marked_at   timestamptz not null default now(),
    not_before  timestamptz not null default now(),
    error       text,                         -- why the last attempt failed
    primary key (portal_id, object_type, hubspot_id)
);
create index on history_marks (portal_id, object_type, not_before);
