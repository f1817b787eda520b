-- The tasks of a portal as they are now, for everyone who queries tasks.
-- Shows the frequently used properties as columns; any other is raw_json -> 'properties' ->> 'its_name'.
-- Deliberately leaves out archived tasks and those merged into another: they count nowhere.
create or replace view tasks with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    subject,
    status,
    priority,
    due_at,
    hubspot_owner_id,
    contact_ids,
    company_ids,
    deal_ids,
    raw_json,
    updated_at,
    synced_at
from hubspot_tasks_raw
where not archived and merged_into is null;
