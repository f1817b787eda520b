-- The notes of a portal as they are now, for everyone who queries notes.
-- Shows the frequently used properties as columns; any other is raw_json -> 'properties' ->> 'its_name'.
-- Deliberately leaves out archived notes and those merged into another: they count nowhere.
create or replace view notes with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    body,
    note_timestamp,
    hubspot_owner_id,
    contact_ids,
    company_ids,
    deal_ids,
    raw_json,
    updated_at,
    synced_at
from hubspot_notes_raw
where not archived and merged_into is null;
