-- A record that came back stands in the links of other records again: HubSpot is to be asked which.
alter table pending_changes add column other_ends boolean not null default false;
comment on column pending_changes.other_ends is
    'whether HubSpot is to be asked which records link to this one';
update pending_changes
   set other_ends = true, associations = array_remove(associations, '*')
 where '*' = any(associations);
