-- The companies of a portal as they are now, for everyone who queries companies.
-- Shows the frequently used properties as columns; any other is raw_json -> 'properties' ->> 'its_name'.
-- Deliberately leaves out archived companies and those merged into another: they count nowhere.
create or replace view companies with (security_invoker = true) as
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
