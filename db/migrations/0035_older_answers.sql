-- An answer that is older than our row: a copy of HubSpot's lags, or the row was never right. Since
-- when HubSpot gives it stands here, so that a restart does not begin the wait again.
alter table pending_changes add column older_at timestamptz;
alter table pending_changes add column older_since timestamptz;
comment on column pending_changes.older_at is
    'the modified time of HubSpot''s record, where it is older than that of our row';
comment on column pending_changes.older_since is 'since when HubSpot has answered with that time';
