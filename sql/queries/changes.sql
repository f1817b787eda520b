-- Records to fetch again: marked by events, claimed by fetches, cleared in the transaction that
-- upserts them.

-- name: mark_changes
-- Sorted, so that two ingests that name the same records lock them in the same order (unsorted,
-- they deadlock). The generation grows with each mark: a fetch of the record that is under way must
-- not clear the newer mark.
insert into pending_changes as pending (portal_id, object_type, hubspot_id, associations, whole,
    other_ends, event_at)
select portal_id, object_type, hubspot_id, associations::text[], whole, other_ends, event_at
  from unnest(%(portal_ids)s::bigint[], %(object_types)s::text[], %(hubspot_ids)s::text[],
              %(associations)s::text[], %(wholes)s::boolean[], %(other_ends)s::boolean[],
              %(event_ats)s::timestamptz[])
       as change (portal_id, object_type, hubspot_id, associations, whole, other_ends, event_at)
 order by portal_id, object_type, hubspot_id
    on conflict (portal_id, object_type, hubspot_id) do update
   set generation = pending.generation + 1,
       associations = array(select distinct unnest(pending.associations || excluded.associations)),
       whole = pending.whole or excluded.whole,
       other_ends = pending.other_ends or excluded.other_ends,
       -- A record waits where HubSpot's answer was older than our row. An event that names it ends
       -- the wait.
       not_before = case when pending.older_at is not null and excluded.event_at is not null
                         then least(pending.not_before, now()) else pending.not_before end,
       event_at = least(pending.event_at, excluded.event_at);

-- name: claim_changes
-- Takes up to a batch of records that no other worker is fetching. They are records to read whole,
-- or records whose links alone may have changed (ten times as many go into one request). The lease
-- frees them again if the worker dies. A second fetch of the same type begins only when four
-- batches wait: below that it would split batches, so that two requests bring what one could have
-- brought.
with busy as (
    select 1
      from pending_changes
     where portal_id = %(portal_id)s and object_type = %(object_type)s
       and leased_until > now() + %(lease)s::interval - %(fresh)s::interval
     limit 1
), backlog as (
    select count(*) as size
      from (select 1
              from pending_changes
             where portal_id = %(portal_id)s and object_type = %(object_type)s
             limit 4 * %(batch)s) as waiting
), free as (
    select hubspot_id
      from pending_changes
     where portal_id = %(portal_id)s and object_type = %(object_type)s
       and (leased_until is null or leased_until < now()) and not_before <= now()
           and whole = %(whole)s
       and (not exists (select from busy) or (select size from backlog) >= 4 * %(batch)s)
     order by marked_at
     limit %(batch)s
       for update skip locked
)
update pending_changes pending
   set leased_until = now() + %(lease)s,
       attempts = attempts + 1
  from free
 where pending.portal_id = %(portal_id)s and pending.object_type = %(object_type)s
   and pending.hubspot_id = free.hubspot_id
returning pending.hubspot_id, generation, associations, other_ends, attempts,
    clock_timestamp() as claimed_at;

-- name: claim_these
-- These records, as far as no other worker is fetching them, before all others in the queue.
with free as (
    select hubspot_id
      from pending_changes
     where portal_id = %(portal_id)s and object_type = %(object_type)s
         and hubspot_id = any(%(hubspot_ids)s)
       and (leased_until is null or leased_until < now())
     order by hubspot_id
       for update skip locked
)
update pending_changes pending
   set leased_until = now() + %(lease)s,
       attempts = attempts + 1
  from free
 where pending.portal_id = %(portal_id)s and pending.object_type = %(object_type)s
   and pending.hubspot_id = free.hubspot_id
returning pending.hubspot_id, generation, associations, other_ends, attempts,
    clock_timestamp() as claimed_at;

-- name: still_pending
select hubspot_id, error
  from pending_changes
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and hubspot_id = any(%(hubspot_ids)s);

-- name: seen_changes
-- Marks of this name without a lease: they are dropped later, unless they grow meanwhile.
select hubspot_id, generation, associations, other_ends, attempts, clock_timestamp() as claimed_at
  from pending_changes
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and (leased_until is null or leased_until < now());

-- name: clear_changes
-- Clears the marks that did not grow since they were claimed, and counts how long their changes
-- took from HubSpot. Generations begin at 1 again once a mark is cleared. So a fetch that outlived
-- its lease must not touch a mark that is younger than its claim: here and wherever else a mark
-- goes or waits.
with cleared as (
    delete from pending_changes pending
     using unnest(%(hubspot_ids)s::text[], %(generations)s::bigint[]) as fetched (hubspot_id,
         generation)
     where pending.portal_id = %(portal_id)s and pending.object_type = %(object_type)s
       and pending.hubspot_id = fetched.hubspot_id and pending.generation = fetched.generation
       and pending.marked_at <= %(claimed_at)s
    returning pending.event_at
)
insert into sync_latency as latency (portal_id, object_type, hour, bucket, changes)
select %(portal_id)s, %(object_type)s, date_trunc('hour', now()),
       round(ln(greatest(1, 1000 * extract(epoch
           from clock_timestamp() - event_at))) / ln(1.05)) as bucket, count(*)
  from cleared
 where event_at is not null
 group by bucket
 order by bucket
    on conflict (portal_id, object_type, hour, bucket) do update
   set changes = latency.changes + excluded.changes;

-- name: release_changes
-- A record that was marked again while it was being fetched stays pending. It rests for a moment,
-- because it is being edited: without rest a thousand updates within ten seconds cost seventy
-- requests instead of fifteen. Its open events happened after that fetch began: the latency of an
-- event counts once.
update pending_changes pending
   set leased_until = null, attempts = 0, error = null,
       not_before = now() + case when pending.generation > claimed.generation then %(rest)s
           else interval '0' end,
       event_at = case when event_at is not null then greatest(event_at, %(claimed_at)s) end
  from unnest(%(hubspot_ids)s::text[], %(generations)s::bigint[]) as claimed (hubspot_id,
      generation)
 where pending.portal_id = %(portal_id)s and pending.object_type = %(object_type)s
   and pending.hubspot_id = claimed.hubspot_id and pending.marked_at <= %(claimed_at)s;

-- name: resting
-- How soon the first of the resting records may be fetched. A rest that ended a moment ago counts.
-- It may have ended after the last claim looked, and no other worker would be woken for it before
-- the clock's next look.
select greatest(0, extract(epoch from min(not_before) - clock_timestamp()))::float8 as seconds
  from pending_changes
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and leased_until is null and error is null and not_before > marked_at
   and not_before between now() - interval '1 second' and now() + %(rest)s
having count(*) > 0;

-- name: postpone_changes
-- Marks that did not grow since they were claimed: only they were tried in vain.
update pending_changes pending
   set leased_until = null, not_before = now() + %(wait)s, error = %(error)s
  from unnest(%(hubspot_ids)s::text[], %(generations)s::bigint[]) as claimed (hubspot_id,
      generation)
 where pending.portal_id = %(portal_id)s and pending.object_type = %(object_type)s
   and pending.hubspot_id = claimed.hubspot_id and pending.generation = claimed.generation
   and pending.marked_at <= %(claimed_at)s;

-- name: give_back_changes
-- Locked in the order in which ingest marks: else they deadlock.
with locked as materialized (
    select hubspot_id
      from pending_changes
     where portal_id = %(portal_id)s and object_type = %(object_type)s
         and hubspot_id = any(%(hubspot_ids)s)
     order by hubspot_id
       for update
)
update pending_changes pending
   set leased_until = null, attempts = greatest(0, attempts - 1)
  from locked
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and pending.hubspot_id = locked.hubspot_id;

-- name: drop_changes
-- Marks that did not grow since they were claimed (or seen); answers which these were.
delete from pending_changes pending
 using unnest(%(hubspot_ids)s::text[], %(generations)s::bigint[]) as claimed (hubspot_id,
     generation)
 where pending.portal_id = %(portal_id)s and pending.object_type = %(object_type)s
   and pending.hubspot_id = claimed.hubspot_id and pending.generation = claimed.generation
   and pending.marked_at <= %(claimed_at)s
returning pending.hubspot_id;

-- name: free_grown_changes
-- Records that were marked again while they were tried in vain: the new change was not tried yet.
-- So it waits for no back-off, and after a rest it is claimed as if nothing had been tried.
update pending_changes pending
   set leased_until = null, attempts = 0, error = null, not_before = now() + %(rest)s
  from unnest(%(hubspot_ids)s::text[], %(generations)s::bigint[]) as claimed (hubspot_id,
      generation)
 where pending.portal_id = %(portal_id)s and pending.object_type = %(object_type)s
   and pending.hubspot_id = claimed.hubspot_id and pending.generation > claimed.generation
   and pending.marked_at <= %(claimed_at)s;

-- name: waiting_types
-- Work for the clock to wake: claimable work of portals that are not paused.
select distinct portal_id, object_type
  from pending_changes
  join portals using (portal_id)
 where (leased_until is null or leased_until < now()) and not_before <= now()
   and (paused_at is null or paused_until < now());
