-- Roles that may read, beside the owner. Only the owner may write here, so that no reader can widen
-- its own view. The policies stand in db/reader_rights.py.

-- People, by the role that they log in with, and the portals that each may see.
create table readers (
    portal_id bigint      not null,
    role_name name        not null,
    added_at  timestamptz not null default now(),
    primary key (portal_id, role_name)
);
comment on table readers is 'which portals a person''s role may see; written by `spoke readers`';

-- Roles of programs, such as our API: each transaction says in spoke.portals which portals it is
-- about. No person logs in as one.
create table reading_programs (
    role_name name not null primary key
);
comment on table reading_programs is
    'roles whose portals stand in spoke.portals; written by `spoke migrate`';
