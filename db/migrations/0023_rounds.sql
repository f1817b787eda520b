-- What no event tells of is found again in rounds: through all records of a portal in the order of
-- their ids, a slice in each transaction. A round that is cut goes on from `reached`.
create table rounds (
    portal_id   bigint      not null,
    name        text        not null,
    reached     text        not null default '',  -- the id up to which the round has come
    finished_at timestamptz,                      -- when the last whole round ended
    primary key (portal_id, name)
);
comment on table rounds is
    'Spoke''s own: how far uncertain links, user spend and number owners are found again';

-- What a round counted so far; it is published at the round's end.
create table user_spend_counts (
    portal_id bigint  not null,
    time_zone text    not null,  -- of all slices of the round, though the portal's may change
    owner_id  text    not null,
    day       date    not null,
    customers bigint  not null,
    known     bigint  not null,
    spend     numeric not null,
    primary key (portal_id, owner_id, day)
);
comment on table user_spend_counts is
    'Spoke''s own: user_spend_days as far as the round under way has counted';

create table number_call_counts (
    portal_id bigint not null,
    phone_key text   not null,
    owner_id  text   not null,
    calls     bigint not null,
    primary key (portal_id, phone_key, owner_id)
);
comment on table number_call_counts is
    'Spoke''s own: the calls of owners with our numbers as far as the round under way has counted';
comment on table number_owners is
    'which owner calls from each of our own numbers; found again in rounds';
