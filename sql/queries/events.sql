-- name: append_events
-- Each event once: HubSpot delivers at least once, and eventId is not unique, so the key covers
-- everything that identifies an event; occurred_at, too, so copies of an event meet in one month.
-- Returns the new ones. The events travel in binary: as text, each of their quotes would be
-- escaped.
insert into webhook_events (portal_id, event_key, subscription_type, object_type, hubspot_id,
                            occurred_at, received_at, ignored, event)
select portal_id, event_key, subscription_type, object_type, hubspot_id, occurred_at, received_at,
    ignored, event::jsonb
  from unnest(%(portal_ids)s::bigint[], %(event_keys)s::uuid[], %(subscription_types)s::text[],
              %(object_types)s::text[], %(hubspot_ids)s::text[], %(occurred_ats)s::timestamptz[],
              %(received_ats)s::timestamptz[], %(ignored)s::text[], %(events)b::text[])
       as received (portal_id, event_key, subscription_type, object_type, hubspot_id,
                    occurred_at, received_at, ignored, event)
 order by portal_id, event_key
    on conflict (portal_id, event_key, occurred_at) do nothing
returning portal_id, event_key::text as event_key;

-- name: forget_old_latencies
delete from sync_latency
 where ctid = any(array(
       select ctid from sync_latency where hour < now() - %(keep)s limit %(at_most)s));

-- name: count_unknown_portals
insert into unknown_portals as known (portal_id, events, first_at, last_at, subscription_type)
select portal_id, count(*), min(received_at), max(received_at), max(subscription_type)
  from unnest(%(portal_ids)s::bigint[], %(received_ats)s::timestamptz[],
              %(subscription_types)s::text[])
       as received (portal_id, received_at, subscription_type)
 group by portal_id
 order by portal_id
    on conflict (portal_id) do update
   set events = known.events + excluded.events,
       last_at = greatest(known.last_at, excluded.last_at),
       subscription_type = excluded.subscription_type;

-- name: strange_portals
-- Heard of within a day and not registered since.
select portal_id, events, first_at, last_at, subscription_type
  from unknown_portals
 where last_at > now() - interval '1 day'
   and portal_id not in (select portal_id from portals)
 order by last_at desc
 limit 20;

-- name: forget_old_unknown_portals
delete from unknown_portals
 where ctid = any(array(
       select ctid from unknown_portals where last_at < now() - %(keep)s limit %(at_most)s));
