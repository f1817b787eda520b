-- The calls of a portal as they are now, for everyone who queries calls. call_duration is in milliseconds.
-- Shows the frequently used properties as columns; any other is raw_json -> 'properties' ->> 'its_name'.
-- Deliberately leaves out archived calls and those merged into another: they count nowhere.
create or replace view calls with (security_invoker = true) as
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
