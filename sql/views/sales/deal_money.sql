-- How much is each deal worth in the company's money? One row for each deal, archived and merged
-- ones included, for the views of deals as they are (sales_deals) and as they were (deals_as_of).
-- sale is deal_whole_amount, else amount; upfront is upfront_payment, else amount beside
-- deal_whole_amount; both times rate. rate is amount_in_home_currency / amount where both are
-- there, 1 where the deal has no currency or the company's, and else unknown (NULL). The properties
-- that a portal names in metric_settings are taken as they are. This is the one definition: no
-- other view or function may convert. Leaves out whether a deal was won: sales_deals says it.
create or replace view deal_money with (security_invoker = true) as
select
    deals.portal_id,
    deals.hubspot_id as deal_id,
    deals.archived,
    deals.merged_into,
    deals.amount,
    deals.deal_currency_code as currency,
    money.rate,
    case
        when settings.sale_property is not null then deal_number(
            settings.sale_property, deals.amount, deals.deal_whole_amount, deals.upfront_payment,
                deals.raw_json
        )
        when money.rate = 1 then own.sale
        when money.rate is not null
            then trim_scale(own.sale * deals.amount_in_home_currency / deals.amount)
    end as sale,
    case
        when settings.upfront_property is not null then deal_number(
            settings.upfront_property, deals.amount, deals.deal_whole_amount, deals.upfront_payment,
                deals.raw_json
        )
        when money.rate = 1 then own.upfront
        when money.rate is not null
            then trim_scale(own.upfront * deals.amount_in_home_currency / deals.amount)
    end as upfront,
    settings.sale_property,
    settings.yes_words,
    deals.deal_whole_amount,
    deals.dealname,
    deals.dealstage,
    deals.pipeline,
    deals.createdate,
    deals.closedate,
    deals.qualified_status,
    deals.trial_status,
    deals.payment_status,
    deals.number_of_installments__months,
    deals.offer_given,
    deals.offer_accepted,
    deals.hubspot_owner_id,
    deals.contact_ids,
    deals.company_ids,
    deals.archived_at,
    deals.raw_json,
    deals.region,
    deals.industry,
    deals.probability,
    deals.days_in_pipeline
from hubspot_deals_raw as deals
left join portals on portals.portal_id = deals.portal_id
left join metric_settings as settings on settings.portal_id = deals.portal_id
cross join lateral (
    select
        coalesce(deals.deal_whole_amount, deals.amount) as sale,
        coalesce(
            deals.upfront_payment,
            case when deals.deal_whole_amount is not null then deals.amount end
        ) as upfront
) as own  -- in the deal's own currency
cross join lateral (
    select case
        when deals.amount <> 0 and deals.amount_in_home_currency is not null
            then trim_scale(deals.amount_in_home_currency / deals.amount)
        when deals.deal_currency_code is null or deals.deal_currency_code = portals.currency then 1
    end as rate
) as money;
