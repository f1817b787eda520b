-- The people of a portal as they are now, for everyone who queries contacts.
-- Shows the frequently used properties as columns; any other is raw_json -> 'properties' ->> 'its_name'.
-- Deliberately leaves out archived contacts and those merged into another: they count nowhere.
create or replace view contacts with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    email,
    phone,
    firstname,
    lastname,
    createdate,
    lifecyclestage,
    vsl_watched,
    vsl_watch_duration,
    sales_script_version,
    hubspot_owner_id,
    company_ids,
    deal_ids,
    call_ids,
    raw_json,
    updated_at,
    synced_at
from hubspot_contacts_raw
where not archived and merged_into is null;
