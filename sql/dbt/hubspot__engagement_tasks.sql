-- What tasks are there? The package's model hubspot__engagement_tasks: one row for each task.
-- is_active is false where it was archived. occurred_timestamp is when the task is due. Any other
-- property is properties ->> 'its_name'. Leaves out records that were erased.
create or replace view hubspot__engagement_tasks with (security_invoker = true) as
select
    task.portal_id,
    task.portal_id::text as source_relation,
    task.synced_at as _fivetran_synced,
    record_id(task.hubspot_id) as engagement_id,
    'TASK'::text as engagement_type,
    property_datetime(task.raw_json -> 'properties' ->> 'hs_createdate') as created_timestamp,
    task.due_at as occurred_timestamp,
    task.updated_at as last_updated_timestamp,
    record_id(task.hubspot_owner_id) as owner_id,
    record_id(task.raw_json -> 'properties' ->> 'hubspot_team_id') as team_id,
    (
        select array_agg(record_id(linked)) from unnest(task.contact_ids) as linked
    ) as contact_ids,
    (
        select array_agg(record_id(linked)) from unnest(task.deal_ids) as linked
    ) as deal_ids,
    (
        select array_agg(record_id(linked)) from unnest(task.company_ids) as linked
    ) as company_ids,
    not task.archived as is_active,
    task.subject as task_subject,
    task.status as task_status,
    task.priority as task_priority,
    task.raw_json -> 'properties' ->> 'hs_task_type' as task_type,
    task.raw_json -> 'properties' ->> 'hs_task_body' as task_body,
    task.raw_json -> 'properties' as properties
from hubspot_tasks_raw as task
where task.merged_into is null;
