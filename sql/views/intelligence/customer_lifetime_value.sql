-- What has each customer bought so far? One row for each company with a won deal: what the won deals
-- are worth, how many, when the first and the last closed, and days_between two of them on average.
-- yearly is the worth by the years since the first, one year at least. A deal counts in full for
-- each of its companies: do not add companies up. Leaves out deals without a sale or close date.
create or replace view customer_lifetime_value with (security_invoker = true) as
select
    deals.portal_id,
    links.company_id,
    min(links.company_name) as company_name,
    count(*) as won_deals,
    sum(deals.sale) as worth,
    avg(deals.sale) as average,
    min(deals.closedate) as first_won_at,
    max(deals.closedate) as last_won_at,
    case when count(*) > 1 then round((extract(epoch from max(deals.closedate)
        - min(deals.closedate)) / 86400 / (count(*) - 1))::numeric, 1) end as days_between,
    round(sum(deals.sale) / greatest(1, extract(epoch from now() - min(deals.closedate))
        / 86400 / 365.25)::numeric, 2) as yearly
from sales_deals as deals
join company_deals as links
    on links.portal_id = deals.portal_id and links.deal_id = deals.deal_id
where deals.is_won and deals.sale is not null and deals.closedate is not null
group by deals.portal_id, links.company_id;
