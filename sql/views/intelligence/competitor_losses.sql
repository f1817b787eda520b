-- Which deals were lost to a competitor, as far as they say so? One row for each deal and
-- competitor, with who owned it and what it was worth in the company's money. noticed_at is when
-- Spoke found the loss; NULL while the job has not come by. Leaves out archived and merged deals.
create or replace view competitor_losses with (security_invoker = true) as
select
    deals.portal_id,
    deals.deal_id,
    names.raw_json -> 'properties' ->> 'dealname' as dealname,
    deals.competitor,
    deals.closedate as lost_at,
    deals.sale,
    deals.owner_id,
    deals.sources,
    noticed.noticed_at
from deal_competitors as deals
join hubspot_deals_raw as names
    on names.portal_id = deals.portal_id and names.hubspot_id = deals.deal_id
left join competitive_losses as noticed
    on noticed.portal_id = deals.portal_id
    and noticed.deal_id = deals.deal_id
    and noticed.competitor = deals.competitor
where deals.outcome = 'lost';
