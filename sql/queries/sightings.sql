-- name: sightings
select hubspot_id, older_at, older_since
  from pending_changes
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and hubspot_id = any(%(hubspot_ids)s) and older_at is not null;

-- name: note_sightings
-- The record is asked for again when the wait is over, and not before. A record that was marked
-- while it was being fetched is asked for at once.
update pending_changes pending
   set older_at = seen.at, older_since = seen.since,
       not_before = case when pending.generation > seen.generation then pending.not_before
                         else seen.since + %(wait)s end,
       error = case when pending.generation > seen.generation then pending.error else seen.error end
  from unnest(%(hubspot_ids)s::text[], %(generations)s::bigint[], %(ats)s::timestamptz[],
              %(sinces)s::timestamptz[], %(errors)s::text[])
       as seen (hubspot_id, generation, at, since, error)
 where pending.portal_id = %(portal_id)s and pending.object_type = %(object_type)s
   and pending.hubspot_id = seen.hubspot_id;
