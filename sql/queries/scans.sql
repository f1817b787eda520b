-- Scans of backfill and reconcile: one at a time per portal, type and kind.

-- name: crash_silent_scans
-- A running scan without heartbeat has lost its worker and counts as crashed. A scan of another
-- hour or night that waits to be taken up waits in vain: the scan of this slot does its work. One
-- that a program asked for waits on.
update scans
   set state = 'crashed'
 where portal_id = %(portal_id)s and object_type = %(object_type)s and kind = %(kind)s
   and (state = 'running' and heartbeat_at < now() - %(silence)s
        or state = 'pending' and slot is distinct from %(slot)s::timestamptz
           and extraction_id is null);

-- name: resume_scan
-- The latest run goes on from its checkpoint when it failed or crashed within a day. Of scheduled
-- runs only the one of this very hour: an older hour's is made up for by this one. A scan that
-- never began may begin at any time.
update scans
   set state = 'running', attempt = attempt + 1, heartbeat_at = now(), error = null,
       started_at = coalesce(started_at, now()), finished_at = null
 where (portal_id, scan_id) = (
       select portal_id, scan_id
         from (select *
                 from scans
                where portal_id = %(portal_id)s and object_type = %(object_type)s
                    and kind = %(kind)s
                  and slot is not distinct from %(slot)s::timestamptz
                order by created_at desc
                limit 1) as latest
        where state = 'pending' or coalesce(heartbeat_at, created_at) > now() - interval '1 day')
   -- out here: of two at once, the second sees what the first did
   and state in ('pending', 'failed', 'crashed')
returning scan_id, records, attempt, checkpoint, page_size, checkpoint_pages;

-- name: begin_scan
-- Nothing comes back when another run is under way, or when the hour was run before.
insert into scans (portal_id, kind, object_type, slot, state, started_at, heartbeat_at)
values (%(portal_id)s, %(kind)s, %(object_type)s, %(slot)s, 'running', now(), now())
    on conflict do nothing
returning scan_id, records, attempt, checkpoint, page_size, checkpoint_pages;

-- name: completed_scans
select object_type
  from scans
 where portal_id = %(portal_id)s and kind = %(kind)s and slot = %(slot)s and state = 'completed';

-- name: advance_scan
-- In the transaction that writes its rows, so that a crash can neither lose nor skip a page.
update scans
   set checkpoint = %(checkpoint)s, records = records + %(records)s,
       requests = requests + %(requests)s, created = created + %(created)s,
       updated = updated + %(updated)s, heartbeat_at = now()
 where portal_id = %(portal_id)s and scan_id = %(scan_id)s and attempt = %(attempt)s
returning state;

-- name: leave_scan
-- Free for the next worker, unless it was paused or cancelled meanwhile.
update scans
   set state = 'pending', heartbeat_at = now()
 where portal_id = %(portal_id)s and scan_id = %(scan_id)s and attempt = %(attempt)s
     and state = 'running';

-- name: put_off_scan
-- Unless it was paused or cancelled meanwhile. Pending and not failed: a failed scan waits for
-- people.
update scans
   set state = 'pending', error = %(reason)s, heartbeat_at = now()
 where portal_id = %(portal_id)s and scan_id = %(scan_id)s and attempt = %(attempt)s
     and state = 'running';

-- name: beat_scans
update scans
   set heartbeat_at = now()
 where (scan_id, attempt) in (select * from unnest(%(scan_ids)s::uuid[], %(attempts)s::integer[]))
     and state = 'running';

-- name: stretches
select start, after, until, done
  from scan_stretches
 where portal_id = %(portal_id)s and scan_id = %(scan_id)s
 order by start;

-- name: put_stretch
-- A new stretch, or the present place of a known one.
insert into scan_stretches (portal_id, scan_id, start, after, until, done)
select portal_id, scan_id, %(start)s, %(after)s, %(until)s, %(done)s
  from scans
 where portal_id = %(portal_id)s and scan_id = %(scan_id)s and attempt = %(attempt)s
    on conflict (portal_id, scan_id, start) do update
   set after = excluded.after, until = excluded.until, done = excluded.done;

-- name: finish_scan
-- Unless it was paused or cancelled meanwhile: then it stays so.
update scans
   set state = %(state)s, error = %(error)s, finished_at = now(), heartbeat_at = now(),
       total = case when %(state)s = 'completed' then records else total end
 where portal_id = %(portal_id)s and scan_id = %(scan_id)s and attempt = %(attempt)s
     and state = 'running';

-- name: expect_records
update scans set total = %(total)s where portal_id = %(portal_id)s and scan_id = %(scan_id)s;

-- name: last_reconciled
-- The time from which the next reconcile begins: the time that the last one reached, else the
-- beginning of the last complete backfill.
select coalesce(
         (select max(checkpoint::timestamptz)
            from scans
           where portal_id = %(portal_id)s and object_type = %(object_type)s
             and kind = 'reconcile' and state = 'completed'),
         (select max(started_at)
            from scans
           where portal_id = %(portal_id)s and object_type = %(object_type)s
             and kind = 'backfill' and state = 'completed')) as reached;

-- name: abandoned_scans
-- Scans without a worker: their worker died, or they were resumed, or they wait for more of the
-- daily limit.
select portal_id, kind, object_type
  from scans
 where state = 'pending' or state = 'running' and heartbeat_at < now() - %(silence)s
 order by portal_id, kind, object_type;

-- name: move_scans
-- One statement judges the state and changes it, on the row as it is once it is locked. When a
-- pause and a cancel come at once, the second sees what the first did. A resumed scan has no
-- worker, so the next one takes it up like a crashed scan. Only the latest run of its kind moves:
-- an older one would bring older rows.
update scans
   set state = %(state)s,
       heartbeat_at = case when %(state)s = 'running' then now() - %(silence)s
           else heartbeat_at end,
       error = case when %(state)s = 'running' then null else error end,
       finished_at = case when %(state)s = 'cancelled' then now() end
 where scan_id = any(%(scan_ids)s) and kind = any(%(kinds)s)
   and case when state = 'running' and heartbeat_at < now() - interval '10 minutes' then 'crashed'
       else state end
       = any(%(from_states)s)
   and not exists (
       select
         from scans newer
        where newer.portal_id = scans.portal_id and newer.object_type = scans.object_type
          and newer.kind = scans.kind and newer.created_at > scans.created_at)
returning scan_id;

-- name: latest_scans
-- The latest run of each kind and type that has anything to tell; with `everything` every run,
-- newest first. Sorted once: compared with one another, the hourly runs of weeks took 0.2 s.
with latest as (
    select distinct on (portal_id, kind, object_type) portal_id, scan_id
      from scans
     where (%(portal_id)s::bigint is null or portal_id = %(portal_id)s)
     order by portal_id, kind, object_type, created_at desc
)
select *
  from scan_progress
 where (%(portal_id)s::bigint is null or portal_id = %(portal_id)s)
   and (cardinality(%(object_types)s::text[]) = 0 or object_type = any(%(object_types)s))
   and (%(everything)s or (records > 0 or state <> 'completed')
        and (portal_id, scan_id) in (select portal_id, scan_id from latest))
 order by case when %(everything)s then created_at end desc, portal_id, kind, object_type
 limit 200;

-- name: scans_named
-- Scans by the beginning of their id.
select * from scan_progress where scan_id::text like %(beginning)s || '%%' limit 2;

-- name: scan_progress
select portal_id, object_type, state, records, total, requests, error
  from scans
 where scan_id = any(%(scan_ids)s);

-- name: forget_old_reconciles
-- Some 300 a day and portal, and 16,000 where one of the quick schedules runs: theirs, whose slots
-- have seconds, go after a day. The last success stays, however old: the next one begins where it
-- ended.
delete from scans
 where ctid = any(array(
       select ctid
         from scans as old
        where kind = 'reconcile' and extraction_id is null
          and finished_at < now() - case when extract(second from slot) > 0
              then least(%(keep)s, interval '1 day') else %(keep)s end
          and exists (select from scans as later
                       where later.portal_id = old.portal_id
                         and later.object_type = old.object_type
                         and later.kind = old.kind and later.state = 'completed'
                         and later.created_at > old.created_at)
        limit %(at_most)s));

-- name: note_failed_refresh
-- One row for all failures until a refresh succeeds: an hour makes many attempts.
with again as (
    update scans
       set attempt = attempt + 1, error = %(error)s, finished_at = now()
     where portal_id = %(portal_id)s and kind = 'refresh' and state = 'failed'
    returning scan_id
)
insert into scans (portal_id, kind, object_type, state, error, started_at, finished_at)
select portal_id, 'refresh', 'definitions', 'failed', %(error)s, now(), now()
  from portals
 where portal_id = %(portal_id)s and not exists (select from again);

-- name: note_refresh
update scans
   set state = 'completed', finished_at = now()
 where portal_id = %(portal_id)s and kind = 'refresh' and state = 'failed';
