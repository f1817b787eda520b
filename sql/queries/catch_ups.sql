-- Properties that are new to us, and the records that were read without them.

-- name: share_definitions
-- A process that saves records holds this to the end of its transaction. Records that it read
-- without a property are then either here before the property is learnt, or saved by a transaction
-- that sees the property.
select pg_advisory_xact_lock_shared(x'5B0E1'::integer,
    hashtext(%(portal_id)s::bigint || ' ' || %(object_type)s));

-- name: hold_definitions
select pg_advisory_xact_lock(x'5B0E1'::integer,
    hashtext(%(portal_id)s::bigint || ' ' || %(object_type)s));

-- name: remember_catch_up
-- With a property that joins, all records are looked at again: records that have it already are not
-- read again.
insert into property_catch_ups as known (portal_id, object_type, names, since)
values (%(portal_id)s, %(object_type)s, %(names)s, %(since)s)
    on conflict (portal_id, object_type) do update
   set names = array(select distinct unnest(known.names || excluded.names) order by 1),
       since = case when known.since is not null and excluded.since is not null
                    then least(known.since, excluded.since) end,
       after = '', generation = known.generation + 1, not_before = now(), error = null;

-- name: next_catch_up
-- The catch-up that waits longest.
select object_type, names, since, after, generation
  from property_catch_ups
 where portal_id = %(portal_id)s and not_before <= now()
 order by learnt_at, object_type
 limit 1;

-- name: advance_catch_up
-- Nothing comes back when another property joined, or another worker was there first.
update property_catch_ups
   set after = %(reached)s, records = records + %(records)s, error = null
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and generation = %(generation)s and after = %(after)s::text;

-- name: finish_catch_up
delete from property_catch_ups
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and generation = %(generation)s and after = %(after)s::text;

-- name: postpone_catch_up
update property_catch_ups
   set not_before = now() + %(wait)s, error = %(error)s
 where portal_id = %(portal_id)s and object_type = %(object_type)s;

-- name: is_catching_up
select exists (select from property_catch_ups
                where portal_id = %(portal_id)s and object_type = %(object_type)s) as open;

-- name: portals_to_catch_up
-- Work for the clock to wake: portals that are not paused, with properties to ask for or records to
-- read again.
select portal_id
  from portals
 where (paused_at is null or paused_until < now())
   and (exists (select from property_catch_ups waiting
                 where waiting.portal_id = portals.portal_id and not_before <= now())
        or exists (select from unheard_properties unheard
                    where unheard.portal_id = portals.portal_id and asked_at is null))
 order by portal_id;

-- name: read_catch_ups
select portal_id, object_type, names, records, error, not_before
  from property_catch_ups
 order by portal_id, object_type;

-- name: note_unheard
-- A type without any known property is described before its first record is read.
insert into unheard_properties (portal_id, object_type, name)
select distinct portal_id, object_type, name
  from unnest(%(portal_ids)s::bigint[], %(object_types)s::text[], %(names)s::text[])
       as named (portal_id, object_type, name)
 where not exists (select from hubspot_properties known
                    where known.portal_id = named.portal_id
                        and known.object_type = named.object_type
                      and known.name = named.name)
 order by portal_id, object_type, name
    on conflict do nothing;

-- name: unheard_types
select distinct object_type
  from unheard_properties
 where portal_id = %(portal_id)s and asked_at is null
 order by object_type;

-- name: forget_heard
delete from unheard_properties unheard
 using hubspot_properties known
 where unheard.portal_id = %(portal_id)s and unheard.object_type = %(object_type)s
   and known.portal_id = unheard.portal_id and known.object_type = unheard.object_type
       and known.name = unheard.name;

-- name: note_asked
-- Only properties that were named before HubSpot was asked: its answer could not list newer ones.
update unheard_properties
   set asked_at = %(asked_at)s
 where portal_id = %(portal_id)s and object_type = %(object_type)s and asked_at is null
     and seen_at < %(asked_at)s;

-- name: forget_old_unheard
delete from unheard_properties
 where ctid = any(array(
       select ctid from unheard_properties where asked_at < now() - %(keep)s limit %(at_most)s));
