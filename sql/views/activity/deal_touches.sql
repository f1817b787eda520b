-- Which touches is a deal's own? One row for each deal and each call, e-mail or meeting of it: one
-- that HubSpot associates with the deal, or that is with one of its contacts and that HubSpot
-- associates with no deal. Only from the deal's creation on, and of a won or lost deal to its close
-- date: what came after it could not bring it. Leaves out touches of archived deals.
create or replace view deal_touches with (security_invoker = true) as
with spans as (
    select
        portal_id,
        deal_id,
        contact_ids,
        createdate as since,
        case when is_won or is_lost then coalesce(closedate, 'infinity') else 'infinity' end as upto
    from sales_deals
)

select spans.portal_id, spans.deal_id, kind, touch_id, touched_at, owner_id
from touches
cross join lateral (select distinct unnest(deal_ids) as deal_id) as own
join spans on spans.portal_id = touches.portal_id and spans.deal_id = own.deal_id
where cardinality(deal_ids) > 0
    and touched_at >= coalesce(spans.since, '-infinity') and touched_at <= spans.upto
union all
select distinct spans.portal_id, spans.deal_id, kind, touch_id, touched_at, owner_id
from touches
cross join lateral unnest(touches.contact_ids) as person (contact_id)
join (
    select spans.*, own.contact_id
    from spans
    cross join lateral (select distinct unnest(contact_ids) as contact_id) as own
) as spans
    on spans.portal_id = touches.portal_id and spans.contact_id = person.contact_id
where coalesce(cardinality(deal_ids), 0) = 0
    and touched_at >= coalesce(spans.since, '-infinity') and touched_at <= spans.upto;
