-- Which marketing campaigns are there, when, and at what cost? One row for each campaign; budget
-- and spend are in the campaign's own currency. Leaves out assets and attributed revenue.
create or replace view campaigns with (security_invoker = true) as
select
    portal_id,
    key as campaign_id,
    raw_json #>> '{properties,hs_name}' as campaign_name,
    raw_json #>> '{properties,hs_campaign_status}' as status,
    property_date(raw_json #>> '{properties,hs_start_date}') as starts_on,
    property_date(raw_json #>> '{properties,hs_end_date}') as ends_on,
    raw_json #>> '{properties,hs_currency_code}' as campaign_currency,
    property_number(raw_json #>> '{properties,hs_budget_items_sum_amount}') as budget,
    property_number(raw_json #>> '{properties,hs_spend_items_sum_amount}') as spent,
    raw_json #>> '{properties,hs_owner}' as owner_id,
    property_datetime(raw_json ->> 'createdAt') as created_at,
    updated_at,
    synced_at,
    gone_at,
    raw_json
from hubspot_polled
where family = 'campaigns';
