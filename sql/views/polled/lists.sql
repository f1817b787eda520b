-- Which lists (segments) are there, how large and how fresh? One row for each list that HubSpot
-- shows by search; its members are in list_memberships. size is HubSpot's own count. Leaves out
-- the filters of active lists, and folders.
create or replace view lists with (security_invoker = true) as
select
    portal_id,
    key as list_id,
    raw_json ->> 'name' as list_name,
    raw_json ->> 'objectTypeId' as object_type_id,
    raw_json ->> 'processingType' as processing_type,
    property_number(raw_json #>> '{additionalProperties,hs_list_size}')::bigint as size,
    property_datetime(raw_json #>> '{additionalProperties,hs_last_record_added_at}')
        as last_added_at,
    property_datetime(raw_json #>> '{additionalProperties,hs_last_record_removed_at}')
        as last_removed_at,
    property_datetime(raw_json ->> 'createdAt') as created_at,
    updated_at,
    synced_at,
    gone_at,
    raw_json
from hubspot_polled
where family = 'lists';
