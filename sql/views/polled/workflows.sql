-- Which workflows are there, and which are on? One row for each. Leaves out their actions and who
-- is enrolled.
create or replace view workflows with (security_invoker = true) as
select
    portal_id,
    key as workflow_id,
    raw_json ->> 'name' as workflow_name,
    property_boolean(raw_json ->> 'isEnabled') as is_enabled,
    raw_json ->> 'flowType' as workflow_type,
    raw_json ->> 'objectTypeId' as object_type_id,
    raw_json ->> 'revisionId' as revision,
    property_datetime(raw_json ->> 'createdAt') as created_at,
    updated_at,
    synced_at,
    gone_at,
    raw_json
from hubspot_polled
where family = 'workflows';
