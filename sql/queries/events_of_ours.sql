-- Events of the company's own systems.

-- name: take_events
insert into ingested_events (portal_id, source, event_id, schema_name, event, occurred_at,
    contact_id, email, quantity, properties)
select %(portal_id)s, %(source)s, event_id, %(schema)s, event, occurred_at, contact_id, email,
       quantity, properties::jsonb
  from unnest(%(event_ids)s::text[], %(events)s::text[], %(moments)s::timestamptz[],
              %(contacts)s::text[], %(emails)s::text[], %(quantities)s::numeric[],
              %(properties)s::text[])
       as given (event_id, event, occurred_at, contact_id, email, quantity, properties)
 order by event_id
    on conflict (portal_id, source, event_id) do nothing;

-- name: forget_ingested_events
-- Of an erased person, by id and by address.
delete from ingested_events
 where portal_id = %(portal_id)s
   and (contact_id = any(%(ids)s::text[]) or email = any(%(addresses)s::text[]));

-- name: forget_what_was_found
-- Of an erased record: what providers told of it, and which looks were for it.
with forgotten as (
    delete from enrichments
     where portal_id = %(portal_id)s and object_type = %(object_type)s
       and hubspot_id = any(%(ids)s::text[])
), answered as (
    delete from contact_responses
     where portal_id = %(portal_id)s and %(object_type)s = 'contacts'
       and contact_id = any(%(ids)s::text[])
)
update enrichment_costs
   set hubspot_id = ''
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and hubspot_id = any(%(ids)s::text[]);

-- name: forget_old_ingested_events
delete from ingested_events
 where ctid = any(array(
       select ctid from ingested_events where occurred_at < now() - %(keep)s limit %(at_most)s));
