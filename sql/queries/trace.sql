-- The life of one record, from all that we keep.

-- name: trace_events
-- Events that named the record itself. A value that HubSpot calls sensitive stays out, whether the
-- event or the definition says so.
select received_at, occurred_at, subscription_type, ignored, event,
       coalesce(event->>'isSensitive', 'false') <> 'false'
           or exists (select
                        from hubspot_properties property
                       where property.portal_id = received.portal_id
                         and property.object_type = received.object_type
                         and property.name = received.event->>'propertyName'
                         and coalesce(property.raw_json->>'dataSensitivity',
                             'non_sensitive') <> 'non_sensitive')
           as sensitive
  from webhook_events received
 where portal_id = %(portal_id)s and object_type = %(object_type)s and hubspot_id = %(hubspot_id)s
 order by received_at, occurred_at;

-- name: trace_mark
select generation, associations, event_at, marked_at, not_before, leased_until, attempts, error
  from pending_changes
 where portal_id = %(portal_id)s and object_type = %(object_type)s and hubspot_id = %(hubspot_id)s;

-- name: trace_letters
select letter_id, reason, created_at, replayed_at, landed_at
  from dead_letters
 where portal_id = %(portal_id)s and object_type = %(object_type)s and hubspot_id = %(hubspot_id)s
 order by letter_id;

-- name: trace_scan
select kind, state, started_at, finished_at
  from scans
 where portal_id = %(portal_id)s and scan_id = %(scan_id)s;

-- name: trace_verify_runs
-- Comparisons that found it different, and the kind of difference.
select finished_at, difference.key as difference, healed
  from verify_runs, jsonb_each(differences) as difference
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and difference.value ? %(hubspot_id)s
 order by finished_at;

-- name: trace_purge
select purged_at
  from purges
  join portals using (portal_id)
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and (id_hash = sha256(salt || convert_to(%(object_type)s || ':' || %(hubspot_id)s, 'UTF8'))
        or id_hash = any(%(hashes)s::bytea[]));

-- name: trace_privacy
select asked_at
  from privacy_requests
 where portal_id = %(portal_id)s and object_type = %(object_type)s and hubspot_id = %(hubspot_id)s
   and undone_at is null;
