-- What calls were there? The package's model hubspot__engagement_calls: one row for each call.
-- is_active is false where it was archived. call_duration is in milliseconds. Any other property is
-- properties ->> 'its_name'. Leaves out records that were erased.
create or replace view hubspot__engagement_calls with (security_invoker = true) as
select
    call.portal_id,
    call.portal_id::text as source_relation,
    call.synced_at as _fivetran_synced,
    record_id(call.hubspot_id) as engagement_id,
    'CALL'::text as engagement_type,
    property_datetime(call.raw_json -> 'properties' ->> 'hs_createdate') as created_timestamp,
    call.call_timestamp as occurred_timestamp,
    call.updated_at as last_updated_timestamp,
    record_id(call.hubspot_owner_id) as owner_id,
    record_id(call.raw_json -> 'properties' ->> 'hubspot_team_id') as team_id,
    (
        select array_agg(record_id(linked)) from unnest(call.contact_ids) as linked
    ) as contact_ids,
    (
        select array_agg(record_id(linked)) from unnest(call.deal_ids) as linked
    ) as deal_ids,
    (
        select array_agg(record_id(linked)) from unnest(call.company_ids) as linked
    ) as company_ids,
    not call.archived as is_active,
    call.call_direction,
    call.call_duration,
    call.call_disposition,
    call.call_from_number,
    call.call_to_number,
    call.raw_json -> 'properties' ->> 'hs_call_status' as call_status,
    call.raw_json -> 'properties' ->> 'hs_call_title' as call_title,
    call.raw_json -> 'properties' ->> 'hs_call_body' as call_body,
    call.raw_json -> 'properties' as properties
from hubspot_calls_raw as call
where call.merged_into is null;
