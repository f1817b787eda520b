-- The object types that portals defined themselves, and the marks of types that were not known yet.

-- name: put_schemas
-- Writes only what differs: the hourly refresh of a portal whose types stay as they are writes
-- nothing. A type that appeared after HubSpot was asked is not gone because this answer lacks it.
with described as (
    select entry->>'type_id' as type_id, entry->>'object_type' as object_type,
        entry->>'label' as label,
           entry->'schema' as raw_json
      from jsonb_array_elements(%(schemas)s::jsonb) as entry
), put as (
    insert into hubspot_schemas as kept (portal_id, type_id, object_type, label, raw_json)
    select %(portal_id)s, type_id, object_type, label, raw_json from described order by type_id
        on conflict (portal_id, type_id) do update
       set object_type = excluded.object_type, label = excluded.label, raw_json = excluded.raw_json,
           gone_at = null, synced_at = now()
     where (kept.object_type, kept.raw_json) is distinct
         from (excluded.object_type, excluded.raw_json)
        or kept.gone_at is not null
    returning type_id
), gone as (
    update hubspot_schemas
       set gone_at = now()
     where portal_id = %(portal_id)s and gone_at is null and synced_at < %(read_at)s
       and type_id not in (select type_id from described)
    returning type_id, object_type
), ended as (  -- or a worker would be woken for them for ever
    update scans
       set state = 'cancelled', finished_at = now(), error = 'HubSpot has this type no longer'
     where portal_id = %(portal_id)s and state in ('pending', 'running', 'paused')
       and object_type in (select object_type from gone)
       and object_type not in (select object_type from described)
)
update portals
   set schemas_error = null,
       schemas_changed_at = case when schemas_changed_at is null or exists (select from put)
           or exists (select from gone)
                                 then clock_timestamp() else schemas_changed_at end
 where portal_id = %(portal_id)s
returning schemas_changed_at;

-- name: note_schemas_error
update portals set schemas_error = %(error)s where portal_id = %(portal_id)s;

-- name: schemas
select raw_json from hubspot_schemas where portal_id = %(portal_id)s and gone_at is null
    order by type_id;

-- name: await_backfill
-- Leaves a backfill waiting for a worker, as durable as the rest, for two kinds of types. One is
-- each type that appeared after the portal was first fetched: its records were never asked for. The
-- other is each type that was fetched before and may be linked to more types now. A backfill that
-- is under way stays the only one.
insert into scans (portal_id, kind, object_type, state, started_at)
select %(portal_id)s, 'backfill', object_type, 'pending', now()
  from (select object_type
          from hubspot_schemas known
         where portal_id = %(portal_id)s and gone_at is null
           and exists (select from scans
                        where scans.portal_id = known.portal_id and kind = 'backfill'
                          and created_at < known.first_seen_at)
           and not exists (select from scans
                            where scans.portal_id = known.portal_id and kind = 'backfill'
                              and scans.object_type = known.object_type)
        union
        select object_type
          from scans
         where portal_id = %(portal_id)s and kind = 'backfill'
             and object_type = any(%(grown)s)) as due
 order by object_type
    on conflict do nothing
returning object_type;

-- name: adopt_changes
-- Marks that go by another name of their type. Everything is to be read: its links were not known
-- when the marks were made. Generations do not matter: no mark is given up here. A new mark under
-- the old name waits for this delete and then stands there again; a mark under the new name grows.
with found as (
    delete from pending_changes
     where portal_id = %(portal_id)s and object_type = %(alias)s
         and (leased_until is null or leased_until < now())
    returning hubspot_id, event_at
)
insert into pending_changes as pending (portal_id, object_type, hubspot_id, associations, event_at)
select %(portal_id)s, %(object_type)s, hubspot_id, %(associations)s, event_at from found
    order by hubspot_id
    on conflict (portal_id, object_type, hubspot_id) do update
   set generation = pending.generation + 1, associations = excluded.associations, whole = true,
       event_at = least(pending.event_at, excluded.event_at);

-- name: adopt_events
update webhook_events
   set object_type = %(object_type)s
 where portal_id = %(portal_id)s and object_type = %(alias)s;

-- name: disown_events
-- Leaves out types whose records are marked still: they came after HubSpot had been asked for its
-- types.
update webhook_events event
   set ignored = 'not among the types that HubSpot shows us'
 where portal_id = %(portal_id)s and object_type = %(object_type)s and ignored is null
   and not exists (
       select from pending_changes mark
        where mark.portal_id = event.portal_id and mark.object_type = event.object_type
          and mark.hubspot_id = event.hubspot_id);

-- name: postpone_type
-- Generations do not matter: the type waits, and no record was tried. Newer marks are of a type as
-- unknown as before, and HubSpot is not asked again within the minute. A process that learns the
-- type sooner adopts these marks, however long they would wait.
update pending_changes
   set not_before = now() + %(wait)s, error = %(error)s
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and (leased_until is null or leased_until < now());
