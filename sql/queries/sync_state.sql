-- What the Sync page and the API ask of one portal.

-- name: last_comparisons
-- How many records the last comparison of each of these types compared; of none: no row.
select types.object_type, last.compared, last.sampled
  from unnest(%(object_types)s::text[]) as types (object_type)
 cross join lateral (
       select compared, sampled
         from verify_runs
        where verify_runs.portal_id = %(portal_id)s
          and verify_runs.object_type = types.object_type
        order by finished_at desc
        limit 1) as last;

-- name: latency_buckets
-- How many changes took how long from HubSpot to the row, in the last day. Each bucket is a
-- twentieth wider than the one before.
select power(1.05::double precision, bucket) as ms, sum(changes)::bigint as changes
  from sync_latency
 where portal_id = %(portal_id)s and hour > now() - %(within)s::interval
 group by bucket
 order by bucket;

-- name: webhooks_by_minute
-- Webhooks taken in during the last hour, for each of its minutes, and the events in them. The
-- events of a webhook share its moment of arrival, which no other has (deliveries.py). A webhook
-- that only repeats others is not counted.
select minute, coalesce(webhooks, 0) as webhooks, coalesce(events, 0) as events
  from generate_series(date_trunc('minute', now()) - interval '59 minutes',
                       date_trunc('minute', now()), interval '1 minute') as minute
  left join (
       select date_trunc('minute', received_at) as minute,
               count(distinct received_at) as webhooks, count(*) as events
         from webhook_events
        where portal_id = %(portal_id)s
          and received_at >= date_trunc('minute', now()) - interval '59 minutes'
        group by 1) as counted using (minute)
 order by minute;

-- name: verify_run_list
select run_id, object_type, sampled, started_at, finished_at, compared, unequal, healed
  from verify_runs
 where portal_id = %(portal_id)s
   and (%(object_type)s::text is null or object_type = %(object_type)s)
 order by finished_at desc, object_type
 limit %(limit)s offset %(offset)s;

-- name: nights_of
-- The last nightly comparison of each type.
select distinct on (object_type) object_type, state, records, finished_at, error
  from scan_progress
 where portal_id = %(portal_id)s and kind = 'nightly'
 order by object_type, created_at desc;

-- name: letter_list
-- Dead letters of a portal, newest first; the ones that need no attention any more only with `all`.
select letter_id, kind, object_type, hubspot_id, reason, created_at, replayed_at, landed_at
  from dead_letters
 where portal_id = %(portal_id)s
   and (%(everything)s or replayed_at is null and landed_at is null)
   and (%(before)s::bigint is null or letter_id < %(before)s)
 order by letter_id desc
 limit %(limit)s;

-- name: open_letters
select count(*) filter (where portal_id = %(portal_id)s) as ours,
       count(*) filter (where portal_id = 0) as of_nobody
  from dead_letters
 where replayed_at is null and landed_at is null;

-- name: event_list
-- Newest first, a page behind (received_at, event_key). The value of a property that HubSpot calls
-- sensitive is left out, whether the event or the definition says so. The newest events are looked
-- up type by type, for which there is an index: a portal's events of a week are not sorted.
with recursive types as (
    (
        select object_type
          from webhook_events
         where portal_id = %(portal_id)s
           and (%(object_type)s::text is null or object_type = %(object_type)s)
         order by object_type
         limit 1
    )
    union all
    select later.object_type
      from types
     cross join lateral (
           select object_type
             from webhook_events
            where portal_id = %(portal_id)s and object_type > types.object_type
              and %(object_type)s::text is null
            order by object_type
            limit 1) as later
)
select event_key, subscription_type, received.object_type, hubspot_id, occurred_at, received_at,
       ignored, event->>'propertyName' as property,
       case when not (coalesce(event->>'isSensitive', 'false') <> 'false'
                      or exists (
                          select
                            from hubspot_properties as property
                           where property.portal_id = received.portal_id
                             and property.object_type = received.object_type
                             and property.name = received.event->>'propertyName'
                             and coalesce(property.raw_json->>'dataSensitivity',
                                 'non_sensitive') <> 'non_sensitive'))
            then left(event->>'propertyValue', 200) end as value,
       event->>'changeSource' as source
  from types
 cross join lateral (
       select *
         from webhook_events as every_one
        where portal_id = %(portal_id)s and every_one.object_type = types.object_type
          and (%(hubspot_id)s::text is null or hubspot_id = %(hubspot_id)s)
          and (%(kind)s::text is null or subscription_type like '%%.' || %(kind)s)
          and (%(keys)s::uuid[] is null or event_key = any(%(keys)s))
          and (%(since)s::timestamptz is null or received_at >= %(since)s)
          and (%(before)s::timestamptz is null
               or (received_at, event_key) < (%(before)s, %(before_key)s::uuid))
        order by received_at desc, event_key desc
        limit %(limit)s) as received
 order by received_at desc, event_key desc
 limit %(limit)s;

-- name: rare_event_keys
-- The keys of the newest events of a kind that is rare, for event_list. Among all events a merge is
-- not found: a week has a hundred thousand. The index of rare ones is walked kind by kind.
with recursive kinds as (
    (
        select object_type, subscription_type
          from webhook_events
         where portal_id = %(portal_id)s and subscription_type not like '%%.propertyChange'
           and (%(object_type)s::text is null or object_type = %(object_type)s)
         order by object_type, subscription_type
         limit 1
    )
    union all
    select later.object_type, later.subscription_type
      from kinds
     cross join lateral (
           select object_type, subscription_type
             from webhook_events
            where portal_id = %(portal_id)s and subscription_type not like '%%.propertyChange'
              and (%(object_type)s::text is null or object_type = %(object_type)s)
              and (object_type, subscription_type) > (kinds.object_type, kinds.subscription_type)
            order by object_type, subscription_type
            limit 1) as later
)
select event_key
  from kinds
 cross join lateral (
       select event_key, received_at
         from webhook_events as every_one
        where portal_id = %(portal_id)s and every_one.object_type = kinds.object_type
          and every_one.subscription_type = kinds.subscription_type
          and subscription_type not like '%%.propertyChange'
          and (%(hubspot_id)s::text is null or hubspot_id = %(hubspot_id)s)
          and (%(since)s::timestamptz is null or received_at >= %(since)s)
          and (%(before)s::timestamptz is null
               or (received_at, event_key) < (%(before)s, %(before_key)s::uuid))
        order by received_at desc, event_key desc
        limit %(limit)s) as received
 where kinds.subscription_type like '%%.' || %(kind)s
 order by received_at desc, event_key desc
 limit %(limit)s;

-- name: event_named
select object_type, hubspot_id
  from webhook_events
 where portal_id = %(portal_id)s and event_key = %(event_key)s;

-- name: failing_of
-- Records of a portal whose last fetch failed, by cause.
select object_type, error, count(*) as records, max(attempts) as attempts,
    min(not_before) as next_at
  from pending_changes
 where portal_id = %(portal_id)s and error is not null
 group by object_type, error
 order by records desc, object_type
 limit 20;
