-- Families that are polled: what is due, where walks stand, and their entries.

-- name: due_families
-- The families to look at now, among these. A walk that was interrupted goes on at once.
select name
  from unnest(%(names)s::text[], %(everies)s::interval[]) as family (name, every)
  left join polled_walks as walk on walk.portal_id = %(portal_id)s and walk.family = name
      and parent_key = ''
 where coalesce(not_before <= now(), true)
   and (cursor is not null or completed_at is null or completed_at <= now() - every);

-- name: due_parents
-- The entries whose own lists are to be asked for: never read or interrupted, changed as their
-- stamp tells, or not read as a whole for long. Without stamps, each so often.
select parent.key, parent.stamp, parent.raw_json->>'objectTypeId' as type_id
  from hubspot_polled as parent
  left join polled_walks as walk on walk.portal_id = parent.portal_id
      and walk.family = %(family)s and walk.parent_key = parent.key
 where parent.portal_id = %(portal_id)s and parent.family = %(parent)s and parent.gone_at is null
   and coalesce(walk.not_before <= now(), true)
   and (walk.completed_at is null or walk.cursor is not null
        or coalesce(walk.whole_at <= now() - %(whole_every)s::interval, true)
        or %(watched)s and walk.stamp is distinct from parent.stamp
        or not %(watched)s and walk.completed_at <= now() - %(every)s::interval)
 order by walk.completed_at nulls first, parent.key
 limit %(at_most)s;

-- name: begin_walk
-- Goes on with the walk that was interrupted, else begins one.
insert into polled_walks as known (portal_id, family, parent_key, cursor, stamp)
values (%(portal_id)s, %(family)s, %(parent_key)s, %(first)s, %(stamp)s)
    on conflict (portal_id, family, parent_key) do update
   set (cursor, started_at, is_whole, above, newest_at, stamp, counted) = (
       select known.cursor, known.started_at, known.is_whole, known.above, known.newest_at,
              known.stamp, known.counted
        where known.cursor is not null
       union all
       select %(first)s, now(), whole, 0, known.since_at, %(stamp)s,
              case when whole then 0 else known.entries end
         from (select not %(is_incremental)s
                      or coalesce(known.whole_at <= now() - %(whole_every)s::interval, true)
                      as whole) as asked
        where known.cursor is null)
returning cursor, started_at, is_whole, above, since_at;

-- name: advance_walk
-- Nothing comes back when another worker was there first.
update polled_walks
   set cursor = %(after)s, above = %(above)s, newest_at = greatest(newest_at, %(newest_at)s),
       counted = counted + %(entries)s, requests = requests + 1, error = null, no_access = false
 where portal_id = %(portal_id)s and family = %(family)s and parent_key = %(parent_key)s
   and started_at = %(started_at)s and cursor = %(cursor)s;

-- name: finish_walk
update polled_walks
   set cursor = null, completed_at = now(), since_at = newest_at, entries = counted,
       whole_at = case when is_whole then now() else whole_at end
 where portal_id = %(portal_id)s and family = %(family)s and parent_key = %(parent_key)s
   and started_at = %(started_at)s;

-- name: mark_gone_entries
update hubspot_polled
   set gone_at = now()
 where portal_id = %(portal_id)s and family = %(family)s and parent_key = %(parent_key)s
   and synced_at < %(started_at)s and gone_at is null;

-- name: count_entries
-- After a whole walk of a log, whose pages overlap.
update polled_walks as walk
   set entries = (select count(*)
                    from hubspot_polled as kept
                   where kept.portal_id = walk.portal_id and kept.family = walk.family
                     and kept.parent_key = walk.parent_key)
 where portal_id = %(portal_id)s and family = %(family)s and parent_key = %(parent_key)s
   and started_at = %(started_at)s;

-- name: postpone_walk
-- Why a list cannot be read, and when it is asked for again.
insert into polled_walks as known (portal_id, family, parent_key, not_before, error, no_access)
values (%(portal_id)s, %(family)s, %(parent_key)s, now() + %(wait)s, %(error)s, %(no_access)s)
    on conflict (portal_id, family, parent_key) do update
   set not_before = excluded.not_before, error = excluded.error, no_access = excluded.no_access,
       cursor = case when %(from_start)s then null else known.cursor end;

-- name: note_access
-- Of a family of many lists: HubSpot answered one of them.
update polled_walks
   set error = null, no_access = false
 where portal_id = %(portal_id)s and family = %(family)s and parent_key = '' and no_access;

-- name: put_entries
-- A row that is new comes back as true.
insert into hubspot_polled as kept
       (portal_id, family, parent_key, key, raw_json, updated_at, stamp)
select %(portal_id)s, %(family)s, %(parent_key)s, key, raw_json::jsonb, updated_at, stamp
  from unnest(%(keys)s::text[], %(raws)s::text[], %(times)s::timestamptz[],
              %(stamps)s::text[]) as entry (key, raw_json, updated_at, stamp)
 order by key
    on conflict (portal_id, family, parent_key, key) do update
   set raw_json = excluded.raw_json, updated_at = excluded.updated_at, stamp = excluded.stamp,
       synced_at = now(), gone_at = null
returning xmax = 0 as is_new;

-- name: put_members
-- Members are listed in the order of their ids: a record that we have between two pages and HubSpot
-- does not list has left. `up_to` is NULL on the last page. Rows that stand as they are stay
-- untouched.
with page as (
    select record_id, joined_at
      from unnest(%(keys)s::bigint[], %(times)s::timestamptz[]) as member (record_id, joined_at)
), gone as (
    update hubspot_list_memberships as kept
       set gone_at = now(), synced_at = now()
     where portal_id = %(portal_id)s and list_id = %(parent_key)s and gone_at is null
       and record_id > %(behind)s
       and (%(up_to)s::bigint is null or record_id <= %(up_to)s)
       and not exists (select from page where page.record_id = kept.record_id)
)
insert into hubspot_list_memberships as kept
       (portal_id, list_id, record_id, object_type, joined_at)
select %(portal_id)s, %(parent_key)s, record_id, %(object_type)s, joined_at
  from page
 order by record_id
    on conflict (portal_id, list_id, record_id) do update
   set object_type = excluded.object_type, joined_at = excluded.joined_at, gone_at = null,
       synced_at = now()
 where (kept.object_type, kept.joined_at, kept.gone_at)
       is distinct from (excluded.object_type, excluded.joined_at, null::timestamptz);

-- name: share_people
-- A process that stores people's entries holds this to the end of its transaction: an erasure waits
-- for it, and finds the rows; or it waits for the erasure, and finds the hash.
select pg_advisory_xact_lock_shared(x'5B0E6'::integer, hashtext(%(portal_id)s::bigint::text));

-- name: hold_people
select pg_advisory_xact_lock(x'5B0E6'::integer, hashtext(%(portal_id)s::bigint::text));

-- name: hidden_addresses
-- Addresses of contacts whose erasure was announced and is not carried out yet.
select distinct lower(trim(address)) as address
  from privacy_requests as asked
  join hubspot_contacts_raw as person using (portal_id, hubspot_id)
 cross join unnest(array[raw_json->'properties'->>'email']
                   || string_to_array(raw_json->'properties'->>'hs_additional_emails', %(between)s))
       as address
 where portal_id = %(portal_id)s and asked.object_type = 'contacts' and undone_at is null
   and address <> '';

-- name: erased_addresses
-- Since when these addresses are erased: a form that is submitted later is a new matter.
select address, max(purged_at) as purged_at
  from unnest(%(addresses)s::text[]) as address
  join portals on portals.portal_id = %(portal_id)s
  left join unnest(%(hashed_ids)s::text[], %(key_ids)s::text[], %(hashes)s::bytea[])
       as hashed (hashed_id, key_id, id_hash) on hashed_id = address
  join purges on purges.portal_id = %(portal_id)s and purges.object_type = %(object_type)s
      and (purges.id_hash = hashed.id_hash and purges.key_id = hashed.key_id
           or purges.id_hash
              = sha256(salt || convert_to(%(object_type)s || ':' || address, 'UTF8')))
 group by address;

-- name: forget_memberships
delete from hubspot_list_memberships
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and record_id::text = any(%(ids)s::text[]);

-- name: forget_submissions
-- No index serves this: erasures are rare, a scan of the portal's submissions will do.
delete from hubspot_polled
 where portal_id = %(portal_id)s and family = any(%(families)s::text[])
   and exists (select
                 from (select jsonb_path_query(raw_json, '$.values[*].value')
                        union all
                       select raw_json -> 'recipient') as named (value)
                where lower(trim(value #>> array[]::text[])) = any(%(addresses)s::text[]));

-- name: read_people_again
-- An erasure was taken back: lists that name people are read as a whole again.
update polled_walks
   set whole_at = null
 where portal_id = %(portal_id)s and family = any(%(families)s::text[]);

-- name: polled_families
-- How each of these families is in each portal. due_at: from when on the clock has it looked at;
-- NULL: at its next ring.
select portals.portal_id, known.family, coalesce(rows, 0) as entries,
       coalesce(archived_rows, 0) as gone, coalesce(pending, 0) as being_read,
       coalesce(failed, 0) as failed, last_reconcile_at as looked_at,
       last_backfill_at as whole_at, note,
       greatest(own.not_before,
                case when own.cursor is null then own.completed_at + known.every end) as due_at
  from portals
 cross join unnest(%(names)s::text[], %(everies)s::interval[])
            with ordinality as known (family, every, place)
  left join sync_status as state on state.portal_id = portals.portal_id and is_polled
      and state.object_type = known.family
  left join polled_walks as own on own.portal_id = portals.portal_id and own.family = known.family
      and parent_key = ''
 where portals.portal_id = any(%(portals)s)
 order by portals.portal_id, known.place;

-- name: lists_of_family
select '' as key, null as type_id, walk.started_at as looked_at
  from (select) as own
  left join polled_walks as walk on walk.portal_id = %(portal_id)s and walk.family = %(family)s
      and walk.parent_key = ''
 where %(parent)s = ''
union all
select parent.key, parent.raw_json->>'objectTypeId', walk.started_at
  from hubspot_polled as parent
  left join polled_walks as walk on walk.portal_id = parent.portal_id
      and walk.family = %(family)s and walk.parent_key = parent.key
 where %(parent)s <> '' and parent.portal_id = %(portal_id)s and parent.family = %(parent)s
   and parent.gone_at is null
 order by key;

-- name: stored_entries
select key, raw_json as kept
  from hubspot_polled
 where portal_id = %(portal_id)s and family = %(family)s and parent_key = %(parent_key)s
   and key = any(%(keys)s::text[]) and gone_at is null;

-- name: stored_members
select record_id::text as key, joined_at as kept
  from hubspot_list_memberships
 where portal_id = %(portal_id)s and list_id = %(parent_key)s
   and record_id = any(%(keys)s::text[]::bigint[]) and gone_at is null;

-- name: unseen_entries
select key
  from hubspot_polled
 where portal_id = %(portal_id)s and family = %(family)s and parent_key = %(parent_key)s
   and gone_at is null
   and not exists (select from unnest(%(keys)s::text[]) as seen (key)
                    where seen.key = hubspot_polled.key)
 order by key;

-- name: unseen_members
select record_id::text as key
  from hubspot_list_memberships as kept
 where portal_id = %(portal_id)s and list_id = %(parent_key)s and gone_at is null
   and not exists (select from unnest(%(keys)s::text[]::bigint[]) as seen (id)
                    where seen.id = kept.record_id)
 order by record_id;

-- name: look_again
-- The next run reads all of it.
update polled_walks
   set completed_at = null, whole_at = null, cursor = null, not_before = now()
 where portal_id = %(portal_id)s and family = %(family)s and parent_key = %(parent_key)s;
