-- What a run found: records that were new here, and records that differed. NULL for runs of before.
alter table scans add column created bigint, add column updated bigint;
alter table scans alter column created set default 0, alter column updated set default 0;
comment on column scans.created is 'records that had no row here; NULL: not counted';
comment on column scans.updated is 'records whose row was older than HubSpot''s; NULL: not counted';
