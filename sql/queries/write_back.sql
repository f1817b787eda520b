-- What is written back to HubSpot: what was asked for, what HubSpot took, what comes back as
-- events.

-- name: lock_write_back
-- One plan of a portal at a time: two would put the same values.
select pg_advisory_xact_lock(hashtext('write_back'), hashtext(%(portal_id)s::text));

-- name: write_back_waits
select count(*) as messages
  from outgoing_messages
 where portal_id = %(portal_id)s and channel = 'write_back'
   and sent_at is null and failed_at is null;

-- name: ask_values
-- Noted before HubSpot is asked: the event of our own write may come before HubSpot's answer.
insert into written_values as kept (portal_id, object_type, hubspot_id, property, value)
select %(portal_id)s, %(object_type)s, hubspot_id, property, value
  from unnest(%(hubspot_ids)s::text[], %(properties)s::text[], %(values)s::text[])
       as asked (hubspot_id, property, value)
 order by hubspot_id, property
    on conflict (portal_id, object_type, hubspot_id, property) do update
   set value = excluded.value, asked_at = now(), written_at = null, error = null;

-- name: confirm_values
-- HubSpot has them. A value that was asked for since then is another one, and stays open.
update written_values as kept
   set written_at = now(), error = null
  from unnest(%(hubspot_ids)s::text[], %(properties)s::text[], %(values)s::text[])
       as written (hubspot_id, property, value)
 where kept.portal_id = %(portal_id)s and kept.object_type = %(object_type)s
   and kept.hubspot_id = written.hubspot_id and kept.property = written.property
   and kept.value is not distinct from written.value;

-- name: refuse_values
update written_values as kept
   set error = refused.reason
  from unnest(%(hubspot_ids)s::text[], %(reasons)s::text[]) as refused (hubspot_id, reason)
 where kept.portal_id = %(portal_id)s and kept.object_type = %(object_type)s
   and kept.hubspot_id = refused.hubspot_id and kept.property = any(%(properties)s)
   and kept.written_at is null;

-- name: own_values
-- Of values that events tell: the ones that Spoke itself asked HubSpot to hold.
select portal_id, object_type, hubspot_id, property, written_values.value
  from unnest(%(portal_ids)s::bigint[], %(object_types)s::text[], %(hubspot_ids)s::text[],
              %(properties)s::text[]) as told (portal_id, object_type, hubspot_id, property)
  join written_values using (portal_id, object_type, hubspot_id, property);

-- name: due_follow_ups
-- The score is Spoke's own where it is written back, else HubSpot's. Times are compared as text,
-- as HubSpot writes them; a contact whose last touch already has its task is left out.
select hubspot_id as contact_id, score::double precision as score, touched_at, owner_id
  from hubspot_contacts_raw as contact
 cross join lateral (
       select coalesce(number_of(raw_json->'properties'->>'lead_score_ml'), lead_score) as score,
              nullif(raw_json->'properties'->>'notes_last_contacted', '') as touched_at,
              nullif(raw_json->'properties'->>'hubspot_owner_id', '') as owner_id) as told
 where portal_id = %(portal_id)s and not archived and merged_into is null
   and score >= %(least_score)s
   and coalesce(touched_at, '') < to_char(now() - %(days)s::interval, 'YYYY-MM-DD')
   and not exists (select
                     from written_values as asked
                    where asked.portal_id = contact.portal_id and asked.object_type = 'tasks'
                      and asked.hubspot_id = contact.hubspot_id
                      and asked.property = 'spoke_follow_up'
                      and asked.value = contact.hubspot_id || '/'
                          || left(coalesce(touched_at, 'never'), 10))
 order by score desc, hubspot_id::bigint;

-- name: write_back_state
-- A line for each property of a portal: how many values HubSpot has, how many it was asked for or
-- refused, and the last reason.
select portal_id, object_type, property,
       count(*) filter (where written_at is not null) as written,
       count(*) filter (where written_at is null and error is null) as asked,
       count(*) filter (where error is not null) as refused,
       max(written_at) as last_written_at,
       max(error) as error
  from written_values
 where %(portals)s::bigint[] is null or portal_id = any(%(portals)s)
 group by portal_id, object_type, property
 order by portal_id, object_type, property;
