-- Whose number is it? Learnt from calls that name their owner, for calls that name none.
create table number_owners (
    portal_id bigint  not null,
    phone_key text    not null,   -- ours, as contact_numbers writes numbers
    owner_id  text    not null,
    calls     integer not null,   -- of this owner with the number
    of_calls  integer not null,   -- of all owners with it
    primary key (portal_id, phone_key)
);
comment on table number_owners is
    'which owner calls from each of our own numbers; found again every ten minutes';
