-- What `spoke status` shows.

-- name: read_sync_status
select * from sync_status order by 1, 2;

-- name: read_portals
select portal_id, time_zone, currency,
       case when paused_at is null or paused_until < now() then 'active' else 'paused' end as state, paused_reason
  from portals
 order by portal_id;

-- name: recent_scans
select portal_id, kind, object_type, state, records, total, date_trunc('second', started_at) as started_at,
       date_trunc('second', finished_at - started_at) as took, error
  from scans
 order by created_at desc
 limit 12;

-- name: recent_letters
select letter_id, portal_id, kind, object_type, hubspot_id, date_trunc('second', created_at) as since, reason
  from dead_letters
 where replayed_at is null
 order by created_at desc
 limit 20;

-- name: read_value_issues
select portal_id, object_type, property, reason, occurrences, last_hubspot_id
  from value_issues
 order by occurrences desc
 limit 20;
