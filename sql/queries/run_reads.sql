-- Every run of a scan, and the log of one.

-- name: run_list
-- Newest first, a page behind the moment `before`.
select scan_id, kind, object_type, state, records, created, updated, requests, rows_per_second,
       created_at, started_at, heartbeat_at, finished_at, error
  from scan_progress
 where portal_id = %(portal_id)s
   and (%(kind)s::text is null or kind = %(kind)s)
   and (%(object_type)s::text is null or object_type = %(object_type)s)
   and (%(states)s::text[] is null or state = any(%(states)s))
   and (%(before)s::timestamptz is null or created_at < %(before)s)
 order by created_at desc, scan_id
 limit %(limit)s;

-- name: run_named
select progress.*, scans.attempt, scans.diary, scans.extraction_id, scans.page_size, asked.asked_by
  from scan_progress as progress
  join scans using (portal_id, scan_id)
  left join extractions as asked using (portal_id, extraction_id)
 where portal_id = %(portal_id)s and scan_id = %(scan_id)s;

-- name: run_orders
-- What people ordered of a run, from the time that it was created; an order of its extraction is
-- one of the run.
select at, actor, action, coalesce(details->>'move', '') as move
  from audit_entries
 where about_portal = %(portal_id)s and at >= %(since)s::timestamptz - interval '1 minute'
   and details->>'scan_id' = any(%(ids)s)
 order by at
 limit 100;

-- name: run_findings
-- What the comparisons of a portal found different, newest first: kind of difference → ids.
select object_type, finished_at, compared, unequal, healed, differences
  from verify_runs
 where portal_id = %(portal_id)s and unequal > 0
 order by finished_at desc
 limit %(limit)s;
