-- How do the sales metrics see each deal? One row for each: what it is worth, whether it was won or
-- lost, and what was said yes to. The pipeline says whether a stage is won or lost
-- (pipeline_stages), also of stages that HubSpot lists no more. Else HubSpot says it of the deal
-- (hs_is_closed_won, hs_is_closed); else the stages closedwon and closedlost do. sale and upfront
-- are in the company's money, as deal_money says; NULL where no rate is known:
-- deals_of_unknown_amount lists such deals. amount and currency are as they came. Keeps deals
-- without a close date, an amount or an owner, and each metric decides about them. Leaves out
-- archived and merged deals.
create or replace view sales_deals with (security_invoker = true) as
with meanings as (
    -- A stage that is listed twice must not count its deals twice.
    select portal_id, pipeline_id, stage_id, bool_or(is_won) as is_won, bool_or(is_lost) as is_lost
    from pipeline_stages
    where object_type = 'deals'
    group by portal_id, pipeline_id, stage_id
)

select
    deals.portal_id,
    deals.deal_id,
    deals.hubspot_owner_id as owner_id,
    deals.pipeline as pipeline_id,
    deals.dealstage as stage_id,
    deals.createdate,
    deals.closedate,
    coalesce(
        meanings.is_won,
        property_boolean(deals.raw_json -> 'properties' ->> 'hs_is_closed_won'),
        deals.dealstage = 'closedwon',
        false
    ) as is_won,
    coalesce(
        meanings.is_lost,
        property_boolean(deals.raw_json -> 'properties' ->> 'hs_is_closed')
            and not property_boolean(deals.raw_json -> 'properties' ->> 'hs_is_closed_won'),
        deals.dealstage = 'closedlost',
        false
    ) as is_lost,
    deals.sale,
    deals.upfront,
    deals.number_of_installments__months as installments,
    says_yes(deals.qualified_status, deals.yes_words) as is_qualified,
    says_yes(deals.trial_status, deals.yes_words) as is_trial,
    coalesce(deals.offer_given, false) as offer_given,
    coalesce(deals.offer_accepted, false) as offer_accepted,
    deals.payment_status,
    deals.contact_ids,
    deals.company_ids,
    deals.amount,
    deals.currency,
    deals.rate,
    deals.dealname as deal_name,
    deals.region,
    deals.industry,
    deals.probability,
    deals.days_in_pipeline
from deal_money as deals
left join meanings
    on meanings.portal_id = deals.portal_id
    and meanings.pipeline_id = deals.pipeline
    and meanings.stage_id = deals.dealstage
where not deals.archived and deals.merged_into is null;
