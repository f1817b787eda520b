-- Reports on a schedule.

-- name: add_report_schedule
insert into report_schedules (portal_id, report, form, destination, every, tells_slack, next_at)
values (%(portal_id)s, %(report)s, %(form)s, %(destination)s, %(every)s, %(tells_slack)s,
        %(next_at)s)
returning schedule_id;

-- name: report_schedules
-- Of the portals that are named; NULL: of all.
select portal_id, schedule_id, report, form, destination, every, tells_slack, next_at, last_run_at,
       last_file, last_rows, last_error
  from report_schedules
 where %(portals)s::bigint[] is null or portal_id = any(%(portals)s)
 order by portal_id, schedule_id;

-- name: claim_report
-- One that is due, or the one that is named. Others skip it until the transaction ends.
select portal_id, schedule_id, report, form, destination, every, tells_slack, next_at, last_run_at,
       last_file, last_rows, last_error
  from report_schedules
 where case when %(schedule_id)s::bigint is null then next_at <= now()
            else portal_id = %(portal_id)s and schedule_id = %(schedule_id)s end
 order by next_at
 limit 1
   for update skip locked;

-- name: note_report
update report_schedules
   set last_run_at = now(), next_at = %(next_at)s, last_error = %(error)s,
       last_file = coalesce(%(file)s, last_file), last_rows = coalesce(%(rows)s, last_rows)
 where portal_id = %(portal_id)s and schedule_id = %(schedule_id)s;

-- name: remove_report_schedule
delete from report_schedules where portal_id = %(portal_id)s and schedule_id = %(schedule_id)s;
