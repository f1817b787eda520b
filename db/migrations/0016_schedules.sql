-- What people started and stopped of the clock's schedules. A job without a row is as the registry
-- of jobs says.
create table schedules (
    name       text        not null primary key,
    is_on      boolean     not null,
    changed_at timestamptz not null default now()
);
comment on table schedules is 'which schedules of the clock people started or stopped';
