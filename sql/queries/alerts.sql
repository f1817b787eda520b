-- What alerts tell of: each query answers the causes that hold now, of one portal.

-- name: alert_competitive_losses
-- Found within the day, and lost within the week: a first look through old deals rings nobody.
select deal_id, dealname as name, competitor, sale, lost_at,
       coalesce(owner_name, losses.owner_id) as owner_name,
       array_to_string(sources, ', ') as sources
  from competitor_losses as losses
  left join owners using (portal_id, owner_id)
 where portal_id = %(portal_id)s and noticed_at > now() - interval '24 hours'
   and lost_at > now() - interval '7 days'
 order by noticed_at, deal_id, competitor
 limit 100;

-- name: alert_loss_patterns
select competitor, losses_30_days, sales_lost
  from competitor_patterns
 where portal_id = %(portal_id)s
 order by losses_30_days desc, competitor;

-- name: alert_stalled_deals
-- Deals that became stalled within the last day: each is told of once for each time it stalls.
select deals.deal_id, names.dealname as name, coalesce(owner_name, deals.owner_id) as owner_name,
       sale, round(days_since_touch) as days
  from deal_activity as deals
  join current_deals as names
    on names.portal_id = deals.portal_id and names.hubspot_id = deals.deal_id
  left join owners
    on owners.portal_id = deals.portal_id and owners.owner_id = deals.owner_id
 where deals.portal_id = %(portal_id)s and is_stalled and counted_at is not null
   and days_since_touch <= 15
 order by sale desc nulls last, deals.deal_id
 limit 100;

-- name: alert_stale_types
-- Types that were read whole or looked at once, and not for more than a day, or whose oldest change
-- waits that long.
select object_type, last_at, oldest_pending_seconds
  from sync_status
 cross join lateral (
       select greatest(last_reconcile_at, last_backfill_at, last_nightly_at) as last_at) as looked
 where portal_id = %(portal_id)s and note is null
   and (last_at < now() - interval '24 hours' or oldest_pending_seconds > 86400)
 order by last_at, object_type;

-- name: alert_dead_letters
select object_type, count(*) as letters, max(reason) as reason
  from dead_letters
 where portal_id = %(portal_id)s and replayed_at is null and landed_at is null
   and created_at > now() - interval '24 hours'
 group by object_type
 order by letters desc, object_type;

-- name: alert_unsent
-- What could not be sent by another way than this one.
select channel, destination, count(*) as messages, max(error) as reason
  from outgoing_messages
 where portal_id = %(portal_id)s and channel <> 'slack' and failed_at > now() - interval '24 hours'
 group by channel, destination
 order by messages desc, channel, destination;

-- name: portal_words
select coalesce(name, portal_id::text) as name, time_zone, currency
  from portals
 where portal_id = %(portal_id)s;
