-- Properties that a portal made sensitive after their values had come: the job `withdrawals` takes
-- the values out of rows, histories and events. A name stays here as long as HubSpot calls it
-- sensitive: a read that was under way may still bring a value, and has the walk begin again.
create table withdrawn_properties (
    portal_id   bigint      not null,
    object_type text        not null,
    name        text        not null,
    after       text        not null default '',  -- every record up to this id is without it
    noted_at    timestamptz not null default now(),
    swept_at    timestamptz,                      -- NULL: records above `after` may have values
    primary key (portal_id, object_type, name)
);
comment on table withdrawn_properties is
    'Spoke''s own: properties that became sensitive, whose values leave rows, histories and events';
