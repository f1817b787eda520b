-- A backfill walks a type in stretches of ids, several at once. Each remembers where it stands, and moves in the
-- transaction of the rows that it stands for.
create table scan_stretches (
    portal_id bigint  not null,
    scan_id   uuid    not null,
    start     bigint  not null,           -- ids above this one, as the stretch began
    after     bigint  not null,           -- everything up to this id is here
    until     bigint,                     -- the last id of the stretch; NULL: to the end
    done      boolean not null default false,
    primary key (portal_id, scan_id, start)
);
