-- What Prometheus asks, of all portals that its token sees.

-- name: count_upserts
insert into upsert_counts as kept (portal_id, object_type, source, lane, upserts)
values (%(portal_id)s, %(object_type)s, %(source)s, pg_backend_pid() %% 32, %(upserts)s)
    on conflict (portal_id, object_type, source, lane) do update
   set upserts = kept.upserts + excluded.upserts;

-- name: gauge_upserts
select portal_id, object_type, source, sum(upserts)::bigint as upserts
  from upsert_counts
 where portal_id = any(%(portals)s)
 group by portal_id, object_type, source
 order by portal_id, object_type, source;

-- name: gauge_batch_sizes
-- How many batches of the live path had how many records, in the last five minutes.
select portal_id, cardinality(hubspot_ids) as records, count(*) as batches
  from fetches
 where portal_id = any(%(portals)s) and written_at > now() - interval '5 minutes'
 group by portal_id, cardinality(hubspot_ids)
 order by portal_id, records;

-- name: gauge_rows
-- A row of sync_status for each type that has anything to tell.
select portal_id, object_type, rows, pending, oldest_pending_seconds, failed,
       extract(epoch from now() - last_verify_at)::double precision as verified_seconds_ago,
       last_verify_unequal, value_issues
  from sync_status
 where portal_id = any(%(portals)s) and not is_polled
   and (rows > 0 or archived_rows > 0 or pending > 0 or failed > 0);

-- name: gauge_latency
select portal_id, power(1.05::double precision, bucket) / 1000 as seconds,
    sum(changes)::bigint as changes
  from sync_latency
 where portal_id = any(%(portals)s) and hour > now() - interval '2 hours'
 group by portal_id, bucket
 order by portal_id, bucket;

-- name: gauge_fetches
-- Batches of the last five minutes, and the records in them.
select portal_id, count(*) as batches,
    coalesce(sum(cardinality(hubspot_ids)), 0)::bigint as records,
    coalesce(sum(cardinality(outdated)), 0)::bigint as outdated
  from fetches
 where portal_id = any(%(portals)s) and written_at > now() - interval '5 minutes'
 group by portal_id;

-- name: gauge_scans
select portal_id, kind, state, count(*) as scans
  from scan_progress
 where portal_id = any(%(portals)s)
   and (state in ('pending', 'running', 'paused')
        or state in ('failed', 'crashed') and created_at > now() - interval '1 day')
 group by portal_id, kind, state;

-- name: gauge_rollups
-- When sums were last built whole, those by day and each entity's, and how many changes they do not
-- have yet, or have as rows of their own.
select portal_id, 'days' as kind,
       extract(epoch from now() - built_at)::double precision as seconds,
       (select count(*)
          from sales_marks
         where sales_marks.portal_id = sales_sums.portal_id) as marks
  from sales_sums
 where portal_id = any(%(portals)s) and built_at is not null
 union all
select portal_id, entity, extract(epoch from now() - built_at)::double precision,
       (select count(*)
          from rollup_rows
         where rollup_rows.portal_id = rollup_states.portal_id
           and rollup_rows.entity = rollup_states.entity and not is_folded)
  from rollup_states
 where portal_id = any(%(portals)s) and built_at is not null;

-- name: gauge_unbuilt
-- Of how many entities there are no sums, or sums that were given up: their views count records.
select portal_id, count(*) filter (where built_generation is distinct from generation
                                      or built_generation is null) as unbuilt
  from portals
 cross join rollup_entries()
  left join rollup_states using (portal_id, entity)
 where portal_id = any(%(portals)s)
 group by portal_id;

-- name: gauge_outgoing
-- What waits to be sent, was sent within two weeks, and is dead.
select portal_id, channel,
       case when failed_at is not null then 'dead'
            when sent_at is not null then 'sent' else 'waiting' end as state,
       count(*) as messages
  from outgoing_messages
 where portal_id = any(%(portals)s)
 group by portal_id, channel, state;
