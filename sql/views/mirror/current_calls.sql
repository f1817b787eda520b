-- The calls of a portal as they are now, for our other views and for joins of many. call_duration
-- is in milliseconds. Shows the frequently used properties as columns. The view calls, made from
-- the portals' definitions by db/typed_views.py, begins with the same columns and goes on with one
-- for every other property. Deliberately leaves out archived calls and those merged into another:
-- they count nowhere.
create or replace view current_calls with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    call_duration,
    call_direction,
    call_to_number,
    call_from_number,
    call_timestamp,
    call_disposition,
    hubspot_owner_id,
    contact_ids,
    company_ids,
    deal_ids,
    raw_json,
    updated_at,
    synced_at
from hubspot_calls_raw
where not archived and merged_into is null;
