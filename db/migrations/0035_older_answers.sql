-- An answer that is older than our row: from a copy of HubSpot's that lags, or because the row was never right. When it
-- was first seen stands here, so that a restart does not begin the wait anew.
alter table pending_changes add column older_at timestamptz;
alter table pending_changes add column older_since timestamptz;
comment on column pending_changes.older_at is 'the modified time of HubSpot''s record where it is older than ours';
comment on column pending_changes.older_since is 'since when HubSpot has answered with exactly that time';
