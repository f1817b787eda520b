-- An association change says nothing of the record itself: reading a thousand records' links costs one request, reading
-- the records ten.
alter table pending_changes add column whole boolean not null default true;
comment on column pending_changes.whole is 'whether the record itself must be read, and not only its links';
