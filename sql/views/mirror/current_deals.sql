-- The deals of a portal as they are now, for our other views and for joins of many. Shows the
-- frequently used properties as columns. The view deals, made from the portals' definitions by
-- db/typed_views.py, begins with the same columns and goes on with one for every other property.
-- Deliberately leaves out archived deals and those merged into another: they count nowhere. Does
-- not say won or lost: that is a matter of the stage, see pipeline_stages.
create or replace view current_deals with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    dealname,
    amount,
    dealstage,
    pipeline,
    createdate,
    closedate,
    qualified_status,
    trial_status,
    payment_status,
    number_of_installments__months,
    deal_whole_amount,
    upfront_payment,
    offer_given,
    offer_accepted,
    cancellation_reason,
    hubspot_owner_id,
    contact_ids,
    company_ids,
    raw_json,
    updated_at,
    synced_at
from hubspot_deals_raw
where not archived and merged_into is null;
