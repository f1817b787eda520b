-- What the clock asks before it wakes a job: one round trip instead of a job that finds nothing.

-- name: work_due
-- A column per `look` of the registry of jobs. Asks nothing more than the job itself would, and
-- says yes where only the job can know.
select exists (select
                 from pending_changes
                 join portals using (portal_id)
                where (leased_until is null or leased_until < now()) and not_before <= now()
                  and (paused_at is null or paused_until < now()))
       or exists (select
                    from scans
                   where state = 'pending'
                      or state = 'running' and heartbeat_at < now() - %(silence)s)
       or exists (select
                    from property_catch_ups
                    join portals using (portal_id)
                   where not_before <= now() and (paused_at is null or paused_until < now()))
       or exists (select
                    from unheard_properties
                    join portals using (portal_id)
                   where asked_at is null and (paused_at is null or paused_until < now()))
           as changes,
       exists (select from link_marks) or exists (select from team_marks) as links,
       exists (select from competitor_marks)
       or exists (select from competitor_walks) as competitors,
       exists (select from privacy_requests where undone_at is null and next_at <= now())
           as privacy,
       exists (select
                 from outgoing_messages as message
                where sent_at is null and failed_at is null and due_at <= now()
                  and (leased_until is null or leased_until < now())
                  and not exists (select
                                    from outgoing_holds as hold
                                   where hold.portal_id = message.portal_id
                                     and hold.channel = message.channel
                                     and hold.destination in ('', message.destination)
                                     and (until is null or until > now())))
           as outgoing,
       exists (select from phone_rereads) as numbers,
       exists (select from column_rereads) as columns,
       exists (select from withdrawn_properties where swept_at is null) as withdrawals,
       exists (select
                 from asked_sorts
                where made_at is null or asked_at < now() - interval '30 days') as sorts,
       exists (select from activity_due()) as activity,
       exists (select from report_schedules where next_at <= now()) as reports,
       exists (select from sales_marks)
       or exists (select
                    from portals
                    left join sales_sums using (portal_id)
                   where built_at is null
                      or cardinality(due_call_days) > 0
                      or cardinality(due_contact_days) > 0)
       or exists (select from rollup_rows where not is_folded)
       or exists (select
                    from portals
                   cross join rollup_entries()
                    left join rollup_states using (portal_id, entity)
                   where built_generation is null or built_generation <> generation)
           as sums;

-- name: recount_records
select recount_records();

-- name: moved_schedules
-- The schedules that people started or stopped.
select name, is_on, changed_at from schedules;

-- name: move_schedule
insert into schedules as kept (name, is_on) values (%(name)s, %(is_on)s)
    on conflict (name) do update
   set is_on = excluded.is_on, changed_at = now()
 where kept.is_on <> excluded.is_on;
