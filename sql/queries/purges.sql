-- Privacy deletion: the person's data erased everywhere, a salted hash kept.

-- name: purged_ids
-- Which of these ids must never be stored again.
select hubspot_id
  from unnest(%(hubspot_ids)s::text[]) as hubspot_id
  join portals on portals.portal_id = %(portal_id)s
  join purges on purges.portal_id = %(portal_id)s and purges.object_type = %(object_type)s
             and id_hash = sha256(salt || convert_to(%(object_type)s || ':' || hubspot_id, 'UTF8'));

-- name: merged_according_to_events
select jsonb_array_elements_text(
           case when jsonb_typeof(event->'mergedObjectIds') = 'array' then event->'mergedObjectIds'
               else '[]' end
           || coalesce(event->'primaryObjectId', '[]')) as former
  from webhook_events
 where portal_id = %(portal_id)s and object_type = %(object_type)s and hubspot_id = any(%(ids)s)
   and subscription_type like '%%.merge'

-- name: note_purge
insert into purges (portal_id, object_type, id_hash)
select portal_id, %(object_type)s,
    sha256(salt || convert_to(%(object_type)s || ':' || %(hubspot_id)s, 'UTF8'))
  from portals
 where portal_id = %(portal_id)s
    on conflict do nothing;

-- name: purge_events
-- Events about the person, and links that name them. No index serves the latter: erasures are rare,
-- a scan will do.
delete from webhook_events
 where portal_id = %(portal_id)s
   and (object_type = %(object_type)s and hubspot_id = %(hubspot_id)s
        or subscription_type like '%%.associationChange'
           and %(hubspot_id)s in (event->>'fromObjectId', event->>'toObjectId'));

-- name: purge_letters
-- A dead delivery could not be read, so it goes when the id's digits occur anywhere in it.
delete from dead_letters
 where portal_id in (%(portal_id)s, 0)
   and (object_type = %(object_type)s and hubspot_id = %(hubspot_id)s
        or kind = 'delivery'
           and position(convert_to(%(hubspot_id)s, 'UTF8') in decode(payload->>'base64',
               'base64')) > 0);

-- name: purge_mark
-- A mark of any generation goes: no newer change may bring the person back, and the hash would
-- refuse it.
delete from pending_changes
 where portal_id = %(portal_id)s and object_type = %(object_type)s and hubspot_id = %(hubspot_id)s;

-- name: purge_issues
update value_issues
   set last_hubspot_id = null
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and last_hubspot_id = %(hubspot_id)s;

-- name: purge_fetches
update fetches
   set hubspot_ids = array_remove(hubspot_ids, %(hubspot_id)s),
       linked = array_remove(linked, %(hubspot_id)s),
       outdated = array_remove(outdated, %(hubspot_id)s),
           missing = array_remove(missing, %(hubspot_id)s)
 where hubspot_ids @> array[%(hubspot_id)s::text] and portal_id = %(portal_id)s
     and object_type = %(object_type)s;
