-- Properties that people sorted records by and that no index held: the job `sorts` makes an index
-- for each. Without it, every page reads all records of the type and sorts them (0.5 s for 119,000
-- calls, 6 s for ten times that). An index costs each upsert some 10 µs, so a type has a dozen at
-- most, and one that nobody asked for in a month is dropped.
create table asked_sorts (
    portal_id   bigint      not null,
    object_type text        not null,
    property    text        not null,
    kind        text        not null  -- in which type its values are compared
        check (kind in ('text', 'numeric', 'boolean', 'date', 'timestamptz')),
    column_name text,                 -- the column that has the value beside raw_json
    asked_at    timestamptz not null default now(),
    made_at     timestamptz,          -- NULL while the index is still to be made
    primary key (portal_id, object_type, property)
);
comment on table asked_sorts is
    'Spoke''s own: properties that records are sorted by, each with an index once it is made';
