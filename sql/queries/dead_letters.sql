-- name: bury
insert into dead_letters (portal_id, kind, object_type, hubspot_id, reason, payload)
values (%(portal_id)s, %(kind)s, %(object_type)s, %(hubspot_id)s, %(reason)s, %(payload)s::jsonb);

-- name: unreplayed_letters
select portal_id, letter_id, kind, object_type, hubspot_id, reason, payload, created_at
  from dead_letters
 where replayed_at is null and landed_at is null
   and (%(portal_id)s::bigint is null or portal_id = %(portal_id)s)
   and (%(letter_id)s::bigint is null or letter_id = %(letter_id)s)
   and (%(kind)s::text is null or kind = %(kind)s)
   and (%(since)s::timestamptz is null or created_at >= %(since)s)
 order by created_at, letter_id
   for update;

-- name: mark_replayed
update dead_letters set replayed_at = now() where portal_id = %(portal_id)s
    and letter_id = %(letter_id)s;

-- name: land_letters
-- Letters of records that were read after all, by a read that began after the letter was written.
-- Locked in one order, so that two reads of the same records do not deadlock.
with landed as materialized (
    select portal_id, letter_id
      from dead_letters
     where portal_id = %(portal_id)s and object_type = %(object_type)s
         and hubspot_id = any(%(hubspot_ids)s::text[])
       and kind = 'record' and replayed_at is null and landed_at is null
           and created_at <= %(read_at)s
     order by letter_id
       for update
)
update dead_letters letter
   set landed_at = now()
  from landed
 where letter.portal_id = landed.portal_id and letter.letter_id = landed.letter_id
returning letter.hubspot_id;

-- name: note_value_issues
-- How often each property did not fit, and a record to look at.
insert into value_issues as known (portal_id, object_type, property, reason, occurrences,
    last_hubspot_id)
select %(portal_id)s, %(object_type)s, property, reason, count(*), max(hubspot_id)
  from unnest(%(properties)s::text[], %(reasons)s::text[],
      %(hubspot_ids)s::text[]) as issue (property, reason, hubspot_id)
 group by property, reason
 order by property, reason
    on conflict (portal_id, object_type, property, reason) do update
   set occurrences = known.occurrences + excluded.occurrences,
       last_hubspot_id = excluded.last_hubspot_id,
       last_seen_at = now();

-- name: forget_old_letters
-- Also letters that were never replayed: after so long HubSpot has been compared many times over.
delete from dead_letters
 where ctid = any(array(
       select ctid from dead_letters where created_at < now() - %(keep)s limit %(at_most)s));
