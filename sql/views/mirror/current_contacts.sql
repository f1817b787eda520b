-- The people of a portal as they are now, for our other views and for joins of many. Shows the
-- frequently used properties as columns. The view contacts, made from the portals' definitions by
-- db/typed_views.py, begins with the same columns and goes on with one for every other property.
-- Deliberately leaves out archived contacts and those merged into another: they count nowhere.
create or replace view current_contacts with (security_invoker = true) as
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
