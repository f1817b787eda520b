-- The meetings of a portal as they are now, for everyone who queries meetings.
-- Shows the frequently used properties as columns; any other is raw_json -> 'properties' ->> 'its_name'.
-- Deliberately leaves out archived meetings and those merged into another: they count nowhere.
create or replace view meetings with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    title,
    outcome,
    start_time,
    end_time,
    meeting_timestamp,
    hubspot_owner_id,
    contact_ids,
    company_ids,
    deal_ids,
    raw_json,
    updated_at,
    synced_at
from hubspot_meetings_raw
where not archived and merged_into is null;
