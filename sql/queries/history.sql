-- Past values of properties, and records whose history must be read from HubSpot.

-- name: append_versions
-- Values from events. A value of HubSpot's history at the same millisecond stays.
insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value,
    source, source_id)
select *
  from unnest(%(portal_ids)s::bigint[], %(object_types)s::text[], %(hubspot_ids)s::text[],
      %(properties)s::text[],
              %(changed_ats)s::timestamptz[], %(values)s::text[], %(sources)s::text[],
                  %(source_ids)s::text[])
 order by 1, 2, 3, 4, 5
    on conflict do nothing;

-- name: replace_versions
-- Values from HubSpot's history: between its first and its last version of a property there are no
-- others. Older ones stay, should HubSpot have dropped them, and newer ones, which came while it
-- was being read. But not the next one on either side when it has the same value: an event tells a
-- change by another clock, some milliseconds beside the history.
with read as (
    select *
      from unnest(%(hubspot_ids)s::text[], %(properties)s::text[], %(changed_ats)s::timestamptz[],
                  %(values)s::text[], %(sources)s::text[], %(source_ids)s::text[])
           as version (hubspot_id, property, changed_at, value, source, source_id)
), reach as (
    select hubspot_id, property, min(changed_at) as first_at, max(changed_at) as last_at
      from read
     group by hubspot_id, property
), edges as (
    select hubspot_id, property, bounds.is_last,
           (select value
              from read
             where read.hubspot_id = reach.hubspot_id and read.property = reach.property
               and read.changed_at = case when is_last then last_at else first_at end) as value,
           (select case when is_last then min(changed_at) else max(changed_at) end
              from property_history kept
             where kept.portal_id = %(portal_id)s and kept.object_type = %(object_type)s
               and kept.hubspot_id = reach.hubspot_id and kept.property = reach.property
               and case when is_last then changed_at > last_at else changed_at < first_at end)
               as changed_at
      from reach
     cross join (values (true), (false)) as bounds (is_last)
), doubled as (
    delete from property_history kept
     using edges
     where kept.portal_id = %(portal_id)s and kept.object_type = %(object_type)s
       and kept.hubspot_id = edges.hubspot_id and kept.property = edges.property
       and kept.changed_at = edges.changed_at and kept.value is not distinct from edges.value
), dropped as (
    delete from property_history kept
     using reach
     where kept.portal_id = %(portal_id)s and kept.object_type = %(object_type)s
       and kept.hubspot_id = reach.hubspot_id and kept.property = reach.property
       and kept.changed_at between first_at and last_at
       and not exists (
           select from read
            where read.hubspot_id = kept.hubspot_id and read.property = kept.property
              and read.changed_at = kept.changed_at)
)
insert into property_history as kept
       (portal_id, object_type, hubspot_id, property, changed_at, value, source, source_id)
select %(portal_id)s, %(object_type)s, hubspot_id, property, changed_at, value, source, source_id
  from read
 order by hubspot_id, property, changed_at
    on conflict (portal_id, object_type, hubspot_id, property, changed_at) do update
   set value = excluded.value, source = excluded.source, source_id = excluded.source_id
 where (kept.value, kept.source, kept.source_id)
       is distinct from (excluded.value, excluded.source, excluded.source_id);

-- name: mark_holes
-- Answers the present values that are not the last of their history: an event was lost, or none
-- ever came.
insert into history_marks as mark (portal_id, object_type, hubspot_id)
select distinct %(portal_id)s, %(object_type)s, hubspot_id
  from unnest(%(hubspot_ids)s::text[], %(properties)s::text[], %(values)s::text[])
       as present (hubspot_id, property, value)
  left join lateral (
       select value
         from property_history
        where portal_id = %(portal_id)s and object_type = %(object_type)s
          and property_history.hubspot_id = present.hubspot_id
              and property_history.property = present.property
        order by changed_at desc
        limit 1) as last on true
 where last.value is distinct from present.value
 order by hubspot_id
    on conflict (portal_id, object_type, hubspot_id) do update
   set generation = mark.generation + 1, not_before = least(mark.not_before, now()),
       compares = false;

-- name: mark_histories
-- The sooner of two times holds. A mark that waits is one for the daily comparison. A read
-- of the history that is under way must not clear a newer mark.
insert into history_marks as mark (portal_id, object_type, hubspot_id, not_before, compares)
select %(portal_id)s, %(object_type)s, hubspot_id, now() + %(wait)s, %(wait)s > interval '0'
  from unnest(%(hubspot_ids)s::text[]) as hubspot_id
 order by hubspot_id
    on conflict (portal_id, object_type, hubspot_id) do update
   set generation = mark.generation + 1, not_before = least(mark.not_before, excluded.not_before),
       compares = mark.compares and excluded.compares;

-- name: claim_histories
-- The lease keeps a second reader from the same records, and ends by itself when the first dies.
-- `with`, because a sub-query may be run again for each row that it is joined to, and would then
-- answer more.
with free as materialized (
    select hubspot_id
      from history_marks
     where portal_id = %(portal_id)s and object_type = %(object_type)s and not_before <= now()
     order by not_before, hubspot_id
     limit %(batch)s
       for update skip locked
)
update history_marks mark
   set not_before = now() + %(lease)s, compares = false  -- it was due
  from free
 where mark.portal_id = %(portal_id)s and mark.object_type = %(object_type)s
     and mark.hubspot_id = free.hubspot_id
returning mark.hubspot_id, generation, marked_at;

-- name: clear_histories
-- A record that was marked again meanwhile stays, and is free. Locked in the order in which fetches
-- mark: else they deadlock. A mark that is younger than the claim was made after another reader had
-- cleared ours: its generation says nothing.
with locked as materialized (
    select hubspot_id, generation, marked_at
      from history_marks
     where portal_id = %(portal_id)s and object_type = %(object_type)s
         and hubspot_id = any(%(hubspot_ids)s::text[])
     order by hubspot_id
       for update
), read as (
    select locked.hubspot_id, locked.generation = read.generation as is_done
      from locked
      join unnest(%(hubspot_ids)s::text[], %(generations)s::bigint[], %(marked_ats)s::timestamptz[])
           as read (hubspot_id, generation, marked_at)
        on read.hubspot_id = locked.hubspot_id and read.marked_at = locked.marked_at
), done as (
    delete from history_marks mark
     using read
     where portal_id = %(portal_id)s and object_type = %(object_type)s
       and mark.hubspot_id = read.hubspot_id and is_done
)
update history_marks mark
   set not_before = now(), error = null
  from read
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and mark.hubspot_id = read.hubspot_id and not is_done;

-- name: postpone_histories
-- A record that was marked again meanwhile is free, as after a read that succeeds: the new mark was
-- not tried yet.
with locked as materialized (
    select hubspot_id, generation, marked_at
      from history_marks
     where portal_id = %(portal_id)s and object_type = %(object_type)s
         and hubspot_id = any(%(hubspot_ids)s::text[])
     order by hubspot_id
       for update
), tried as (
    select locked.hubspot_id, locked.generation > claimed.generation as has_grown
      from locked
      join unnest(%(hubspot_ids)s::text[], %(generations)s::bigint[], %(marked_ats)s::timestamptz[])
           as claimed (hubspot_id, generation, marked_at)
        on claimed.hubspot_id = locked.hubspot_id and claimed.marked_at = locked.marked_at
)
update history_marks mark
   set not_before = now() + case when has_grown then interval '0' else %(wait)s end,
       error = case when has_grown then null else %(error)s end
  from tried
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and mark.hubspot_id = tried.hubspot_id;

-- name: give_back_histories
-- Locked in the order in which fetches mark: else they deadlock.
with locked as materialized (
    select hubspot_id
      from history_marks
     where portal_id = %(portal_id)s and object_type = %(object_type)s
         and hubspot_id = any(%(hubspot_ids)s::text[])
     order by hubspot_id
       for update
)
update history_marks mark
   set not_before = now()
  from locked
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and mark.hubspot_id = locked.hubspot_id;

-- name: forget_histories
-- Of records that were merged into another, whose own history tells it all, or erased. Marks of any
-- generation go: newer changes are read from the survivor, which is marked beside this, or from no
-- record.
with marks as (
    delete from history_marks
     where portal_id = %(portal_id)s and object_type = %(object_type)s
         and hubspot_id = any(%(hubspot_ids)s)
)
delete from property_history
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and hubspot_id = any(%(hubspot_ids)s)
returning hubspot_id;

-- name: waiting_histories
-- Marks that are due, or failed. Leaves out marks that wait for a day to pass.
select portal_id, object_type, count(*) as records, max(error) as error
  from history_marks
 where not_before <= now() or error is not null
 group by portal_id, object_type
 order by portal_id, object_type;
