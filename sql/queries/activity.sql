-- Touches, stalled deals and times of response, as API, pages and alerts read them.

-- name: refresh_activity
select refresh_activity(%(portal_id)s) as wrote;

-- name: activity_due
select * from activity_due();

-- name: activity_as_of
select counted_at as as_of from activity_rounds where portal_id = %(portal_id)s;

-- name: read_touch_bands
select * from touch_bands(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_response_bands
select * from response_bands(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_rep_activity
select * from rep_activity(%(owner)s, %(begins)s, %(ends)s, %(portal_id)s, %(pipeline)s);

-- name: read_stalled_deals
-- The longest without a touch first; the dearest first of those.
select deals.deal_id, names.dealname as name, deals.owner_id,
       coalesce(owner_name, deals.owner_id) as owner_name,
       pipeline_label, coalesce(stage_label, deals.stage_id) as stage_label, sale,
       round(days_since_touch, 1) as days, last_touch_at, touches
  from deal_activity as deals
  join current_deals as names
    on names.portal_id = deals.portal_id and names.hubspot_id = deals.deal_id
  left join owners
    on owners.portal_id = deals.portal_id and owners.owner_id = deals.owner_id
  left join lateral (
      select min(stage_label) as stage_label, min(pipeline_label) as pipeline_label
        from pipeline_stages as stages
       where stages.portal_id = deals.portal_id and stages.object_type = 'deals'
         and stages.pipeline_id = deals.pipeline_id and stages.stage_id = deals.stage_id
  ) as stages on true
 where deals.portal_id = %(portal_id)s and is_stalled and counted_at is not null
   and (%(owner)s::text is null or deals.owner_id = %(owner)s)
   and (%(pipeline)s::text is null or deals.pipeline_id = %(pipeline)s)
 order by days_since_touch desc, sale desc nulls last, deals.deal_id
 limit %(at_most)s;

-- name: count_stalled_deals
select count(*) as deals, sum(sale) as sale
  from deal_activity
 where portal_id = %(portal_id)s and is_stalled and counted_at is not null
   and (%(owner)s::text is null or owner_id = %(owner)s)
   and (%(pipeline)s::text is null or pipeline_id = %(pipeline)s);

-- name: read_usage
-- What came of the company's own systems, by source.
select source, count(*) as contacts, sum(events) as events, sum(events_30_days) as events_30_days,
       max(last_event_at) as last_event_at
  from contact_usage
 where portal_id = %(portal_id)s
 group by source
 order by source;
