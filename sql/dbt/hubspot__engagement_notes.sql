-- What notes were taken? The package's model hubspot__engagement_notes: one row for each note.
-- is_active is false where it was archived. Any other property is properties ->> 'its_name'. Leaves
-- out records that were erased.
create or replace view hubspot__engagement_notes with (security_invoker = true) as
select
    note.portal_id,
    note.portal_id::text as source_relation,
    note.synced_at as _fivetran_synced,
    record_id(note.hubspot_id) as engagement_id,
    'NOTE'::text as engagement_type,
    property_datetime(note.raw_json -> 'properties' ->> 'hs_createdate') as created_timestamp,
    note.note_timestamp as occurred_timestamp,
    note.updated_at as last_updated_timestamp,
    record_id(note.hubspot_owner_id) as owner_id,
    record_id(note.raw_json -> 'properties' ->> 'hubspot_team_id') as team_id,
    (
        select array_agg(record_id(linked)) from unnest(note.contact_ids) as linked
    ) as contact_ids,
    (
        select array_agg(record_id(linked)) from unnest(note.deal_ids) as linked
    ) as deal_ids,
    (
        select array_agg(record_id(linked)) from unnest(note.company_ids) as linked
    ) as company_ids,
    not note.archived as is_active,
    note.body as note,
    note.body as note_body,
    note.raw_json -> 'properties' as properties
from hubspot_notes_raw as note
where note.merged_into is null;
