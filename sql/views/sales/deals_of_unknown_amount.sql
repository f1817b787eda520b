-- Which deals are missing in every sum? One row for each deal that tells an amount which cannot be
-- counted, and why: for doubts that a total is too low. "no rate" is a deal in another currency
-- than the company's without amount_in_home_currency: HubSpot fills that once the currency has a
-- rate in its settings. "no number" is a text in amount or deal_whole_amount that is none for sure,
-- such as 1,800. Leaves out deals that tell no amount at all, and all deals of a portal whose
-- metric_settings name another property as its sale.
create or replace view deals_of_unknown_amount with (security_invoker = true) as
select
    deals.portal_id,
    deals.deal_id,
    deals.dealname,
    told.amount as told_amount,
    deals.currency,
    case
        when coalesce(deals.deal_whole_amount, deals.amount) is null then 'no number'
        else 'no rate'
    end as reason,
    deals.hubspot_owner_id as owner_id,
    deals.dealstage as stage_id,
    deals.closedate
from deal_money as deals
cross join lateral (
    select coalesce(
        nullif(deals.raw_json -> 'properties' ->> 'deal_whole_amount', ''),
        nullif(deals.raw_json -> 'properties' ->> 'amount', ''),
        deals.deal_whole_amount::text,
        deals.amount::text
    ) as amount
) as told
where
    not deals.archived
    and deals.merged_into is null
    and deals.sale is null
    and deals.sale_property is null
    and told.amount is not null;
