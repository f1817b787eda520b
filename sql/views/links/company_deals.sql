-- Which deals belong to which company: one row for each deal and each of its companies, for revenue
-- by company. amount is what the deal is worth in the company's money, as the metrics count it: the
-- sale of sales_deals. A deal with two companies is two rows, so sum amounts per company only; the
-- sum over all rows is not the revenue. Leaves out deals without a sale, deals of no company, and
-- archived companies. company_name is for display, never to join on: a company without a name, or
-- not fetched yet, is called 'Unknown'.
create or replace view company_deals with (security_invoker = true) as
with links as (
    select distinct
        deals.portal_id,
        deals.deal_id,
        deals.sale as amount,
        deals.closedate as close_date,
        company_id
    from sales_deals as deals
    cross join unnest(deals.company_ids) as company_id
    where deals.sale is not null
)

select
    links.*,
    coalesce(nullif(trim(companies.name), ''), 'Unknown') as company_name
from links
left join hubspot_companies_raw as companies
    on companies.portal_id = links.portal_id and companies.hubspot_id = links.company_id
where companies.hubspot_id is null or (not companies.archived and companies.merged_into is null);
