-- Which records are of types that portals defined themselves? One view for all of these types:
-- object_type says which, properties ->> 'its_name' reads any property. To look records up by one,
-- ask raw_json @> '{"properties": {"its_name": "value"}}', which has an index. Links to contacts,
-- companies, deals and tickets are columns; links to other custom objects are raw_json #>
-- '{associations,their_type,results}'. Keeps records of a type that the portal has no longer.
-- Leaves out archived records and records merged into another: they count nowhere.
create or replace view custom_objects with (security_invoker = true) as
select
    portal_id,
    object_type,
    hubspot_id,
    raw_json -> 'properties' as properties,
    contact_ids,
    company_ids,
    deal_ids,
    ticket_ids,
    raw_json,
    updated_at,
    synced_at
from hubspot_objects_raw
where not archived and merged_into is null;
