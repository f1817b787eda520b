-- Where did this id go? One row for each id that a merge took, with the record that lives on under
-- another id. Where HubSpot ids are stored elsewhere, join the old id here and take hubspot_id.
-- Chains are resolved. Covers records that were merged away before they were ever mirrored: the
-- survivor names all its former ids. Where two survivors name the same id, the newer one counts: an
-- id went to one place. Leaves out types that HubSpot cannot merge, and survivors that were merged
-- away in turn.
create or replace view merged_records with (security_invoker = true) as
select distinct on (portal_id, object_type, old_id) portal_id, object_type, old_id, hubspot_id
from (
    -- for each type that merges:
    select portal_id, '<type>' as object_type, old_id, hubspot_id
    from hubspot_<type>_raw,
        string_to_table(raw_json -> 'properties' ->> 'hs_merged_object_ids', ';') as old_id
    where merged_into is null and raw_json -> 'properties' ->> 'hs_merged_object_ids' <> ''
    union all
    -- end
    select portal_id, object_type, old_id, hubspot_id
    from hubspot_objects_raw,
        string_to_table(raw_json -> 'properties' ->> 'hs_merged_object_ids', ';') as old_id
    where merged_into is null and raw_json -> 'properties' ->> 'hs_merged_object_ids' <> ''
) as named
where old_id <> hubspot_id and old_id <> ''
order by portal_id, object_type, old_id, length(hubspot_id) desc, hubspot_id desc;
