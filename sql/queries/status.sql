-- The parts of `spoke status`.

-- name: read_sync_status
select * from sync_status where not is_polled order by portal_id, object_type;

-- name: running_scans
select portal_id, scan_id, kind, object_type, state, records, total, share, requests,
    rows_per_second,
       requests_per_second, seconds_left, started_at, heartbeat_at
  from scan_progress
 where state in ('pending', 'running', 'paused')
 order by portal_id, kind, object_type;

-- name: failed_scans
-- The latest run of each kind, where it did not end well: a failure that an hour later went right
-- needs no operator.
select portal_id, kind, object_type, state, records, finished_at, error
  from (select distinct on (portal_id, kind, object_type) *
          from scan_progress
         order by portal_id, kind, object_type, created_at desc) as latest
 where state in ('failed', 'crashed')
 order by portal_id, kind, object_type;

-- name: failing_changes
-- Records whose last fetch failed, by cause; they are tried again by themselves.
select portal_id, object_type, error, count(*) as records, max(attempts) as attempts,
    min(not_before) as next_at
  from pending_changes
 where error is not null
 group by portal_id, object_type, error
 order by portal_id, object_type, error;

-- name: count_letters
select count(*) as letters from dead_letters where replayed_at is null and landed_at is null;

-- name: recent_letters
select letter_id, portal_id, kind, object_type, hubspot_id, created_at, reason
  from dead_letters
 where replayed_at is null and landed_at is null
 order by created_at desc, letter_id desc
 limit 20;

-- name: last_verify_runs
select distinct on (portal_id, object_type)
       portal_id, object_type, sampled, finished_at, compared, unequal, healed
  from verify_runs
 order by portal_id, object_type, finished_at desc;

-- name: read_value_issues
select portal_id, object_type, property, reason, occurrences, last_hubspot_id
  from value_issues
 order by occurrences desc
 limit 20;

-- name: read_schemas
-- The types that portals defined themselves, and the portals that would not show theirs.
select portal_id, schemas_error, object_type, type_id, label, gone_at
  from portals
  left join hubspot_schemas using (portal_id)
 where schemas_error is not null or type_id is not null
 order by portal_id, object_type, type_id;

-- name: read_rollups
-- The sums of the aggregations: of which entities they are not built, how many changes are not
-- folded into them, and how long ago the oldest of them were built whole.
select portal_id,
       array_agg(entity order by entity) filter (
           where built_generation is distinct from generation or built_generation is null
       ) as unbuilt,
       sum((select count(*)
              from rollup_rows
             where rollup_rows.portal_id = portals.portal_id
               and rollup_rows.entity = rollup_entries.entity and not is_folded))::bigint
           as unfolded,
       extract(epoch from now() - min(built_at))::double precision as seconds
  from portals
 cross join rollup_entries()
  left join rollup_states using (portal_id, entity)
 group by portal_id
 order by portal_id;
