-- The outbox: put in the transaction of the cause, claimed under a lease, sent at least once.

-- name: put_outgoing
-- A key that is known at its destination is put once: the answer has the new messages only. Sorted,
-- so that two transactions that put the same keys wait for each other in one order.
insert into outgoing_messages (portal_id, channel, destination, idempotency_key, payload, due_at,
    expires_at)
select %(portal_id)s, %(channel)s, destination, idempotency_key, payload::jsonb,
       coalesce(%(due_at)s::timestamptz, now()), %(expires_at)s
  from unnest(%(destinations)s::text[], %(keys)s::text[], %(payloads)s::text[])
       as given (destination, idempotency_key, payload)
 order by destination, idempotency_key
    on conflict (portal_id, channel, destination, idempotency_key) do nothing
returning message_id;

-- name: claim_outgoing
-- A few of each destination, so that one with a long queue keeps no other waiting. What is held
-- stays, and what asks HubSpot stays while its portal is paused. The lease frees messages again
-- where a worker dies; it tells the answer of a worker that outlived its lease from the next one's.
with open as (
    select distinct portal_id, channel, destination
      from outgoing_messages as message
     where sent_at is null and failed_at is null and due_at <= now()
       and (leased_until is null or leased_until < now())
       and channel = any(%(channels)s)
       and not exists (select
                         from outgoing_holds as hold
                        where hold.portal_id = message.portal_id
                          and hold.channel = message.channel
                          and hold.destination in ('', message.destination)
                          and (until is null or until > now()))
       and (channel <> all(%(of_hubspot)s)
            or exists (select
                         from portals
                        where portals.portal_id = message.portal_id
                          and (paused_at is null or paused_until < now())))
), free as (
    select one.portal_id, one.message_id
      from open
     cross join lateral (
           select portal_id, message_id
             from outgoing_messages as message
            where message.portal_id = open.portal_id and message.channel = open.channel
              and message.destination = open.destination
              and sent_at is null and failed_at is null and due_at <= now()
              and (leased_until is null or leased_until < now())
            order by due_at
            limit %(of_each)s
              for update skip locked) as one
     limit %(at_most)s
)
update outgoing_messages as message
   set leased_until = now() + %(lease)s, attempts = attempts + 1
  from free
 where message.portal_id = free.portal_id and message.message_id = free.message_id
returning message.portal_id, message.message_id, channel, destination, idempotency_key, payload,
    made_at, expires_at, (expires_at < now()) is true as is_past, attempts, leased_until;

-- name: outgoing_sent
-- Also by a worker that outlived its lease: what was sent was sent.
update outgoing_messages
   set sent_at = now(), leased_until = null, failed_at = null, error = null
 where portal_id = %(portal_id)s and message_id = %(message_id)s and sent_at is null;

-- name: outgoing_put_off
update outgoing_messages
   set due_at = now() + %(wait)s::interval, leased_until = null, error = %(error)s
 where portal_id = %(portal_id)s and message_id = %(message_id)s
   and leased_until = %(leased_until)s and sent_at is null;

-- name: outgoing_given_back
-- A worker that ends gives back what it did not send, as if it had not been claimed.
update outgoing_messages
   set leased_until = null, attempts = attempts - 1
 where portal_id = %(portal_id)s and message_id = %(message_id)s
   and leased_until = %(leased_until)s and sent_at is null;

-- name: outgoing_died
update outgoing_messages
   set failed_at = now(), leased_until = null, error = %(error)s
 where portal_id = %(portal_id)s and message_id = %(message_id)s
   and leased_until = %(leased_until)s and sent_at is null;

-- name: bury_overdue_outgoing
-- Messages beyond the limit of their destination die, the oldest first, with the reason.
with counted as (
    select portal_id, message_id,
           row_number() over (partition by portal_id, channel, destination
                                  order by made_at desc) as place
      from outgoing_messages
     where sent_at is null and failed_at is null
)
update outgoing_messages as message
   set failed_at = now(), error = %(error)s
  from counted
 where place > %(at_most)s and message.portal_id = counted.portal_id
   and message.message_id = counted.message_id
   and (leased_until is null or leased_until < now());

-- name: hold_outgoing
-- A pause of people is not shortened by a rest.
insert into outgoing_holds as kept (portal_id, channel, destination, until, reason)
values (%(portal_id)s, %(channel)s, %(destination)s, now() + %(wait)s::interval, %(reason)s)
    on conflict (portal_id, channel, destination) do update
   set until = excluded.until, reason = excluded.reason, held_at = now()
 where excluded.until is null or kept.until is not null;

-- name: end_rest
delete from outgoing_holds
 where portal_id = %(portal_id)s and channel = %(channel)s
   and destination = %(destination)s and until is not null;

-- name: resume_outgoing
delete from outgoing_holds
 where portal_id = %(portal_id)s and channel = %(channel)s and destination = %(destination)s;

-- name: outgoing_holds
select portal_id, channel, destination, held_at, until, reason
  from outgoing_holds
 where until is null or until > now()
 order by portal_id, channel, destination;

-- name: outgoing_holds_of
select channel, destination, held_at, until, reason
  from outgoing_holds
 where portal_id = %(portal_id)s and (until is null or until > now())
 order by channel, destination;

-- name: replay_outgoing
-- Dead messages, or (asked for by when they were made) messages that were sent, are due again.
update outgoing_messages
   set due_at = now(), failed_at = null, sent_at = null, attempts = 0, expires_at = null
 where portal_id = %(portal_id)s
   and (%(channel)s::text is null or channel = %(channel)s)
   and (%(destination)s::text is null or destination = %(destination)s)
   and (%(message_ids)s::uuid[] is null or message_id = any(%(message_ids)s))
   and (failed_at is not null
        or sent_at is not null and made_at >= %(sent_since)s::timestamptz)
returning message_id;

-- name: outgoing_counts
select portal_id, channel,
       count(*) filter (where sent_at is null and failed_at is null) as waiting,
       count(*) filter (where failed_at is not null) as dead,
       count(*) filter (where sent_at is not null) as sent,
       extract(epoch from now() - min(made_at)
           filter (where sent_at is null and failed_at is null))::double precision
           as oldest_seconds
  from outgoing_messages
 where %(portals)s::bigint[] is null or portal_id = any(%(portals)s)
 group by portal_id, channel
 order by portal_id, channel;

-- name: dead_outgoing
-- The last messages that died, each with its cause; nothing of what they said.
select portal_id, message_id, channel, destination, made_at, failed_at, attempts, error
  from outgoing_messages
 where failed_at is not null
   and (%(portals)s::bigint[] is null or portal_id = any(%(portals)s))
 order by failed_at desc
 limit %(at_most)s;

-- name: forget_old_outgoing
with old as (
    select portal_id, message_id
      from outgoing_messages
     where sent_at < now() - %(keep)s
     limit %(at_most)s
)
delete from outgoing_messages as message
 using old
 where message.portal_id = old.portal_id and message.message_id = old.message_id;

-- name: forget_dead_outgoing
with old as (
    select portal_id, message_id
      from outgoing_messages
     where failed_at < now() - %(keep)s
     limit %(at_most)s
)
delete from outgoing_messages as message
 using old
 where message.portal_id = old.portal_id and message.message_id = old.message_id;
