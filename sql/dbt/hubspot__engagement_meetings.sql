-- What meetings were there? The package's model hubspot__engagement_meetings: one row for each
-- meeting. is_active is false where it was archived. Any other property is properties ->>
-- 'its_name'. Leaves out records that were erased.
create or replace view hubspot__engagement_meetings with (security_invoker = true) as
select
    meeting.portal_id,
    meeting.portal_id::text as source_relation,
    meeting.synced_at as _fivetran_synced,
    record_id(meeting.hubspot_id) as engagement_id,
    'MEETING'::text as engagement_type,
    property_datetime(meeting.raw_json -> 'properties' ->> 'hs_createdate') as created_timestamp,
    meeting.meeting_timestamp as occurred_timestamp,
    meeting.updated_at as last_updated_timestamp,
    record_id(meeting.hubspot_owner_id) as owner_id,
    record_id(meeting.raw_json -> 'properties' ->> 'hubspot_team_id') as team_id,
    (
        select array_agg(record_id(linked)) from unnest(meeting.contact_ids) as linked
    ) as contact_ids,
    (
        select array_agg(record_id(linked)) from unnest(meeting.deal_ids) as linked
    ) as deal_ids,
    (
        select array_agg(record_id(linked)) from unnest(meeting.company_ids) as linked
    ) as company_ids,
    not meeting.archived as is_active,
    meeting.title as meeting_title,
    meeting.outcome as meeting_outcome,
    meeting.start_time as meeting_start_time,
    meeting.end_time as meeting_end_time,
    meeting.raw_json -> 'properties' ->> 'hs_meeting_body' as meeting_body,
    meeting.raw_json -> 'properties' ->> 'hs_meeting_location' as meeting_location,
    meeting.raw_json -> 'properties' as properties
from hubspot_meetings_raw as meeting
where meeting.merged_into is null;
