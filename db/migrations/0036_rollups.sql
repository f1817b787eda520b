-- Aggregations of millions of records, added up as they change.

-- What each group adds up to: the sum of its rows. A statement that changes records adds rows and
-- never changes one, so that no writer waits for another. settle_rollup makes one row of many.
create table rollup_rows (
    portal_id  bigint  not null,
    entity     text    not null,
    dimension  text    not null,    -- the column of the entity view that groups
    entry_id   bigint  not null generated always as identity,
    key        text,                -- its value; NULL is a group, too
    generation bigint  not null,    -- of rollup_states, as the statement saw it
    is_folded  boolean not null default false,
    n          bigint  not null,    -- records; s1 and on are as rollup_entries lists them
    s1 numeric not null, s2 numeric not null, s3 numeric not null, s4 numeric not null,
    s5 numeric not null, s6 numeric not null, s7 numeric not null, s8 numeric not null,
    s9 numeric not null, s10 numeric not null, s11 numeric not null, s12 numeric not null,
    primary key (portal_id, entity, dimension, entry_id)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
create index rollup_rows_generation on rollup_rows (portal_id, entity, generation);
create index rollup_rows_open on rollup_rows (portal_id, entity) where not is_folded;
comment on table rollup_rows is 'Spoke''s own: sums of the aggregations, and changes to them';

-- Whether a portal's rows may be read. Where the generations differ, they may not: what the sums
-- stand on changed (the meaning of a stage, the currency), or millions were loaded.
create table rollup_states (
    portal_id        bigint not null,
    entity           text   not null,
    generation       bigint not null default 1,
    built_generation bigint,
    built_at         timestamptz,
    primary key (portal_id, entity)
);
comment on table rollup_states is 'Spoke''s own: when the sums of each entity were built whole';
