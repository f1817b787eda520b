-- The deals as the sales metrics see them: their value, whether they were won or lost, and their
-- answers that mean yes. Won and lost follow the pipeline's stage (pipeline_stages), or the stages
-- closedwon and closedlost where the pipeline says nothing. sale and upfront are the defaults of
-- metric_settings, or the properties that a portal named there: raw_json is read for these alone,
-- and text that is no number is NULL. Keeps deals without a close date, an amount or an owner: each
-- metric decides what to do with them. Leaves out archived and merged deals.
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
    deals.hubspot_id as deal_id,
    deals.hubspot_owner_id as owner_id,
    deals.pipeline as pipeline_id,
    deals.dealstage as stage_id,
    deals.createdate,
    deals.closedate,
    coalesce(meanings.is_won, deals.dealstage = 'closedwon', false) as is_won,
    coalesce(meanings.is_lost, deals.dealstage = 'closedlost', false) as is_lost,
    case
        when settings.sale_property is null then coalesce(deals.deal_whole_amount, deals.amount)
        else deal_number(
            settings.sale_property, deals.amount, deals.deal_whole_amount, deals.upfront_payment,
                deals.raw_json
        )
    end as sale,
    case
        when settings.upfront_property is null then coalesce(
            deals.upfront_payment, case when deals.deal_whole_amount is not null
                then deals.amount end
        )
        else deal_number(
            settings.upfront_property, deals.amount, deals.deal_whole_amount, deals.upfront_payment,
                deals.raw_json
        )
    end as upfront,
    deals.number_of_installments__months as installments,
    says_yes(deals.qualified_status, settings.yes_words) as is_qualified,
    says_yes(deals.trial_status, settings.yes_words) as is_trial,
    coalesce(deals.offer_given, false) as offer_given,
    coalesce(deals.offer_accepted, false) as offer_accepted,
    deals.payment_status,
    deals.contact_ids
from current_deals as deals
left join meanings
    on meanings.portal_id = deals.portal_id
    and meanings.pipeline_id = deals.pipeline
    and meanings.stage_id = deals.dealstage
left join metric_settings as settings on settings.portal_id = deals.portal_id;
