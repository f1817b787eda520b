-- Extractions and their runs. Each statement names the portals that its caller may see.

-- name: one_extraction_at_once
-- Two requests that begin extractions wait for one another, so that both see the limit.
select pg_advisory_xact_lock(hashtext('spoke: extractions')::bigint);

-- name: count_running_extractions
-- Of all portals: they share the workers.
select count(distinct extraction_id) as running
  from scans
 where extraction_id is not null and state in ('pending', 'running');

-- name: add_extraction
insert into extractions (portal_id, object_types, properties, mode, page_size, checkpoint_interval,
    asked_by)
values (%(portal_id)s, %(object_types)s, %(properties)s, %(mode)s, %(page_size)s,
    %(checkpoint_interval)s, %(asked_by)s)
returning extraction_id;

-- name: begin_extraction_scans
-- One waiting run for each type. A type whose run is under way gets none: the caller compares.
insert into scans (portal_id, kind, object_type, slot, extraction_id, page_size, checkpoint_pages,
    since)
select %(portal_id)s, %(kind)s, object_type,
    case when %(kind)s = 'reconcile' then now() end,
    %(extraction_id)s, %(page_size)s, %(checkpoint_interval)s, since
  from unnest(%(object_types)s::text[], %(sinces)s::timestamptz[]) as wanted (object_type, since)
 order by object_type
    on conflict do nothing
returning object_type;

-- name: extraction_list
-- Newest first. A run that gave no sign of life for ten minutes has crashed, as in scan_progress.
-- An incremental one is complete once the records that it found have been fetched, too.
select each.portal_id, each.extraction_id, each.object_types, each.properties, each.mode,
       each.page_size, each.checkpoint_interval, each.asked_by, each.created_at, run.*
  from extractions as each
 cross join lateral (
       select case when count(*) = 0 then 'completed'
                   when bool_or(state = 'running') then 'running'
                   when bool_or(state = 'paused') then 'paused'
                   when bool_or(state = 'pending') then 'pending'
                   when bool_or(state = 'crashed') then 'crashed'
                   when bool_or(state = 'failed') then 'failed'
                   when bool_or(state = 'cancelled') then 'cancelled'
                   when bool_or(unread) then 'running'
                   else 'completed' end as state,
              coalesce(sum(records), 0)::bigint as records,
              sum(total)::bigint as total,
              coalesce(sum(requests), 0)::bigint as requests,
              min(started_at) as started_at,
              max(heartbeat_at) as heartbeat_at,
              case when bool_and(finished_at is not null) then max(finished_at) end as finished_at,
              max(error) as error,
              coalesce(jsonb_agg(jsonb_build_object(
                  'scan_id', scan_id, 'object_type', object_type, 'state', state,
                  'records', records, 'total', total, 'share', share, 'requests', requests,
                  'checkpoint', checkpoint, 'heartbeat_at', heartbeat_at, 'error', error)
                  order by object_type), '[]') as types
         from (select progress.*,
                      coalesce((select min(after)::text
                                  from scan_stretches as stretch
                                 where stretch.portal_id = progress.portal_id
                                   and stretch.scan_id = progress.scan_id and not done),
                               (select max(after)::text
                                  from scan_stretches as stretch
                                 where stretch.portal_id = progress.portal_id
                                   and stretch.scan_id = progress.scan_id),
                               scans.checkpoint) as checkpoint,
                      scans.kind = 'reconcile' and exists (
                          select
                            from pending_changes as pending
                           where pending.portal_id = scans.portal_id
                             and pending.object_type = scans.object_type
                             and pending.marked_at <= scans.finished_at
                             and pending.error is null) as unread
                 from scans
                 join scan_progress as progress using (portal_id, scan_id)
                where scans.portal_id = each.portal_id
                  and scans.extraction_id = each.extraction_id) as runs) as run
 where each.portal_id = any(%(portals)s)
   and (%(extraction_id)s::uuid is null or extraction_id = %(extraction_id)s)
   and (%(state)s::text is null or run.state = %(state)s)
   and (%(object_type)s::text is null or %(object_type)s = any(each.object_types))
 order by each.created_at desc, each.extraction_id
 limit %(limit)s offset %(offset)s;

-- name: scans_of_extraction
select scan_id, kind
  from scans
 where portal_id = %(portal_id)s and extraction_id = %(extraction_id)s;

-- name: extraction_since
-- From when on each type of an incremental extraction was asked for; NULL for a full one.
select object_type, since
  from scans
 where portal_id = %(portal_id)s and extraction_id = %(extraction_id)s
 order by object_type;

-- name: free_scans_of_extraction
-- The runs stay: the next reconcile begins where the last of them ended.
update scans
   set extraction_id = null
 where portal_id = %(portal_id)s and extraction_id = %(extraction_id)s;

-- name: forget_extraction
delete from extractions where portal_id = %(portal_id)s and extraction_id = %(extraction_id)s;

-- name: superfluous_extractions
-- All but the newest of a portal, and none that is under way.
select extraction_id
  from (select extraction_id, row_number() over (order by created_at desc) as place
          from extractions
         where portal_id = %(portal_id)s) as numbered
 where place > %(most)s
   and not exists (
       select
         from scans
        where scans.portal_id = %(portal_id)s
          and scans.extraction_id = numbered.extraction_id
          and scans.state in ('pending', 'running', 'paused'));

-- name: end_long_extractions
update scans
   set state = 'failed', finished_at = now(),
       error = 'It lasted longer than 24 hours. What was fetched stays. Ask for fewer types at once'
 where extraction_id is not null and state in ('pending', 'running', 'paused')
   and created_at < now() - %(at_most)s::interval;

-- name: waiting_incremental
select object_type, slot
  from scans
 where portal_id = %(portal_id)s and kind = 'reconcile' and extraction_id is not null
   and (state = 'pending' or state = 'running' and heartbeat_at < now() - %(silence)s)
 order by object_type;

-- name: sensitive_properties
select name
  from hubspot_properties
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and coalesce(raw_json->>'dataSensitivity', 'non_sensitive') <> 'non_sensitive';
