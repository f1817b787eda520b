-- The companies of a portal as they are now, for our other views and for joins of many. Shows the
-- frequently used properties as columns. The view companies, made from the portals' definitions by
-- db/typed_views.py, begins with the same columns and goes on with one for every other property.
-- Deliberately leaves out archived companies and those merged into another: they count nowhere.
create or replace view current_companies with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    name,
    domain,
    industry,
    createdate,
    annualrevenue,
    numberofemployees,
    hubspot_owner_id,
    contact_ids,
    deal_ids,
    raw_json,
    updated_at,
    synced_at
from hubspot_companies_raw
where not archived and merged_into is null;
