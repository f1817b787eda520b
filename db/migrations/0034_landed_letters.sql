-- A record that was given up and is read after all (an event came, a scan met it) needs nobody any
-- more: its letter says since when. A letter from before this migration lands when its record is
-- next read, tonight at the latest.
alter table dead_letters add column landed_at timestamptz;
comment on column dead_letters.landed_at is 'since when the record is here after all, without a replay';
create index on dead_letters (portal_id, object_type, hubspot_id) where replayed_at is null and landed_at is null;
