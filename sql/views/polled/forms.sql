-- Which forms are there? One row for each form, with how many fields it has. Leaves out archived
-- forms that HubSpot never listed since Spoke runs; submissions are in form_submissions.
create or replace view forms with (security_invoker = true) as
select
    portal_id,
    key as form_id,
    raw_json ->> 'name' as form_name,
    raw_json ->> 'formType' as form_type,
    (
        select count(*)::integer
        from jsonb_path_query(raw_json, '$.fieldGroups[*].fields[*]')
    ) as fields,
    property_datetime(raw_json ->> 'createdAt') as created_at,
    updated_at,
    synced_at,
    gone_at,
    raw_json
from hubspot_polled
where family = 'forms';
