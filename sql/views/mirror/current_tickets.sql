-- The tickets of a portal as they are now, for our other views and for joins of many. Shows the
-- frequently used properties as columns. The view tickets, made from the portals' definitions by
-- db/typed_views.py, begins with the same columns and goes on with one for every other property.
-- Deliberately leaves out archived tickets and those merged into another: they count nowhere.
create or replace view current_tickets with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    subject,
    pipeline,
    pipeline_stage,
    priority,
    category,
    createdate,
    closed_date,
    hubspot_owner_id,
    contact_ids,
    company_ids,
    deal_ids,
    raw_json,
    updated_at,
    synced_at
from hubspot_tickets_raw
where not archived and merged_into is null;
