-- Privacy deletion: the person's data erased everywhere, a salted hash kept.

-- name: purged_ids
-- Which of these ids must never be stored again.
select hubspot_id
  from unnest(%(hubspot_ids)s::text[]) as hubspot_id
  join portals on portals.portal_id = %(portal_id)s
  join purges on purges.portal_id = %(portal_id)s and purges.object_type = %(object_type)s
             and id_hash = sha256(salt || convert_to(%(object_type)s || ':' || hubspot_id, 'UTF8'))
 union
select hashed.hubspot_id
  from unnest(%(hashed_ids)s::text[], %(key_ids)s::text[], %(hashes)s::bytea[])
       as hashed (hubspot_id, key_id, id_hash)
  join purges on purges.portal_id = %(portal_id)s and purges.object_type = %(object_type)s
             and purges.id_hash = hashed.id_hash and purges.key_id = hashed.key_id;

-- name: note_purge_by_key
insert into purges (portal_id, object_type, id_hash, key_id)
values (%(portal_id)s, %(object_type)s, %(id_hash)s, %(key_id)s)
    on conflict do nothing;

-- name: note_erased_address
-- An address of an erased person. Taking the erasure of any of these ids back frees it, but for one
-- that another erased person had, too. Without a key the portal's salt makes the hashes.
insert into purges as known (portal_id, object_type, id_hash, key_id, person_hashes)
select portal_id, %(object_type)s,
       coalesce(%(id_hash)s::bytea,
                sha256(salt || convert_to(%(object_type)s || ':' || %(hubspot_id)s, 'UTF8'))),
       %(key_id)s,
       coalesce(%(person_hashes)s::bytea[],
                array(select sha256(salt || convert_to(%(person_type)s || ':' || id, 'UTF8'))
                        from unnest(%(ids)s::text[]) as id))
  from portals
 where portal_id = %(portal_id)s
    on conflict (portal_id, object_type, id_hash) do update
   set purged_at = now(),
       person_hashes = case when known.person_hashes && excluded.person_hashes
                            then known.person_hashes || excluded.person_hashes end;

-- name: keys_of_hashes
-- Counts the hashes of each key; the key is NULL for hashes that the portals' salts made.
select key_id, count(*) as hashes from purges group by key_id order by key_id;

-- name: purge_links
-- People's own links from and to the record: their note may name the person.
delete from manual_links
 where portal_id = %(portal_id)s
   and case %(object_type)s
           when 'contacts' then kind = 'contact_user' and from_id = %(hubspot_id)s
                or kind = 'call_contact' and to_id = %(hubspot_id)s
           when 'calls' then kind = 'call_contact' and from_id = %(hubspot_id)s
           when 'companies' then kind = 'team_company' and to_id = %(hubspot_id)s
           else false
       end;

-- name: purge_verify_runs
update verify_runs
   set differences = (select jsonb_object_agg(kind, case jsonb_typeof(ids)
                                  when 'array' then ids - %(hubspot_id)s else ids end)
                        from jsonb_each(differences) as each (kind, ids))
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and differences::text like '%%"' || %(hubspot_id)s || '"%%';

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

-- name: purge_written_values
delete from written_values
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and hubspot_id = %(hubspot_id)s;

-- name: purge_outgoing
-- Messages about the person, sent or not. A batch for HubSpot loses that record alone.
with gone as (
    delete from outgoing_messages
     where portal_id = %(portal_id)s and payload->'data'->>'object_type' = %(object_type)s
       and payload->'data'->>'hubspot_id' = %(hubspot_id)s
)
update outgoing_messages
   set payload = payload || jsonb_build_object('inputs',
           (select coalesce(jsonb_agg(input), '[]')
              from jsonb_array_elements(payload->'inputs') as each (input)
             where input->>'id' <> %(hubspot_id)s))
 where portal_id = %(portal_id)s and channel = 'write_back'
   and payload->>'object_type' = %(object_type)s
   and payload->'inputs' @> jsonb_build_array(jsonb_build_object('id', %(hubspot_id)s::text));

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

-- name: purge_conclusions
-- What was concluded of a record, found in it or bought about it. The cost of a look stays, and
-- says no longer of whom it was.
with scores as (
    delete from lead_scores
     where portal_id = %(portal_id)s and contact_id = %(hubspot_id)s
       and %(object_type)s = 'contacts'
), variants as (
    delete from assignments
     where portal_id = %(portal_id)s and contact_id = %(hubspot_id)s
       and %(object_type)s = 'contacts'
), responses as (
    delete from contact_responses
     where portal_id = %(portal_id)s and contact_id = %(hubspot_id)s
       and %(object_type)s = 'contacts'
), fits as (
    delete from company_scores
     where portal_id = %(portal_id)s and company_id = %(hubspot_id)s
       and %(object_type)s = 'companies'
), touches as (
    delete from deal_touch_sums
     where portal_id = %(portal_id)s and deal_id = %(hubspot_id)s and %(object_type)s = 'deals'
), losses as (
    delete from competitive_losses
     where portal_id = %(portal_id)s and deal_id = %(hubspot_id)s and %(object_type)s = 'deals'
), mentions as (
    delete from competitor_mentions
     where portal_id = %(portal_id)s
       and (source = %(object_type)s and record_id = %(hubspot_id)s
            or deal_id = %(hubspot_id)s and %(object_type)s = 'deals')
), marks as (
    delete from competitor_marks
     where portal_id = %(portal_id)s and object_type = %(object_type)s
       and hubspot_id = %(hubspot_id)s
), known as (
    delete from enrichments
     where portal_id = %(portal_id)s and object_type = %(object_type)s
       and hubspot_id = %(hubspot_id)s
)
update enrichment_costs
   set hubspot_id = ''
 where portal_id = %(portal_id)s and object_type = %(object_type)s and hubspot_id = %(hubspot_id)s;
