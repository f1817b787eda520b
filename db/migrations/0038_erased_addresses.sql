-- An erasure that is taken back frees the addresses of the person, too: their forms and e-mail
-- preferences are read again.

alter table purges add column person_hashes bytea[];
comment on column purges.person_hashes is
    'Of an erased address: hashes of the ids of its person; NULL where it was of two people'
    ' that were erased';
