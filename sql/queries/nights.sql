-- Nightly comparisons are runs of scans; their results stand in verify_runs, under the id of the
-- run.

-- name: night_reached
-- Where the night before ended, however it ended, and where this one stands. A cancelled one is not
-- taken up.
with before as (
    select case when state = 'cancelled' or checkpoint = 'end' then '0' else checkpoint
        end as reached
      from scans
     where portal_id = %(portal_id)s and object_type = %(object_type)s and kind = 'nightly'
         and checkpoint is not null
       and scan_id <> %(scan_id)s
     order by created_at desc
     limit 1
)
select coalesce((select reached from before), '0') as began,
       coalesce(checkpoint, (select reached from before), '0') as after
  from scans
 where portal_id = %(portal_id)s and scan_id = %(scan_id)s;

-- name: night_spent
select coalesce(sum(requests), 0)::bigint as requests
  from scans
 where portal_id = %(portal_id)s and kind = 'nightly' and slot = %(night)s;

-- name: note_night
-- Stretch by stretch, so that a crash loses nothing of it. Of each kind of difference the first
-- thousand ids are kept.
insert into verify_runs as run (portal_id, run_id, object_type, sampled, started_at, compared,
    unequal, differences,
                                healed)
values (%(portal_id)s, %(scan_id)s, %(object_type)s, %(sampled)s, now(), %(compared)s, %(unequal)s,
        %(differences)s::jsonb, true)
    on conflict (portal_id, run_id, object_type) do update
   set sampled = excluded.sampled, finished_at = now(), compared = run.compared + excluded.compared,
       unequal = run.unequal + excluded.unequal,
       differences = (
           select coalesce(jsonb_object_agg(key, ids), jsonb_build_object())
             from (select key, jsonb_path_query_array(jsonb_agg(id), '$[0 to 999]') as ids
                     from (select key, id
                             from jsonb_each(run.differences) as kind (key, ids),
                                 jsonb_array_elements(ids) as id
                            union all
                           select key, id
                             from jsonb_each(excluded.differences) as kind (key, ids),
                                 jsonb_array_elements(ids) as id
                          ) as entries
                    group by key) as merged);

-- name: last_nights
-- How each type's last night went, and when everything was last compared. Where a night was too
-- short, how many nights a whole pass takes at that pace.
select portal_id, object_type, state, records, finished_at, last_nightly_at, rows,
       case when checkpoint <> 'end' and state = 'completed' and records > 0
           then ceil(rows / records::numeric) end
           ::integer as nights
  from (select distinct on (portal_id, object_type) *
          from scans
         where kind = 'nightly'
         order by portal_id, object_type, created_at desc) as latest
  join sync_status using (portal_id, object_type)
 where not is_polled and (rows > 0 or records > 0)
 order by portal_id, object_type;
