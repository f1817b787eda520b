-- What does the value of an enumeration mean? One row for each option of each property that a
-- portal defines, with its label: for showing 'a_b' as people chose it in HubSpot. Join by
-- portal_id, object_type, property and value. hidden options can be chosen no more, but records
-- hold them. Leaves out owners, pipelines and stages, which HubSpot lists elsewhere: owners,
-- pipeline_stages.
create or replace view property_options with (security_invoker = true) as
select distinct on (property.portal_id, property.object_type, property.name, option ->> 'value')
    property.portal_id,
    property.object_type,
    property.name as property,
    option ->> 'value' as value,
    coalesce(nullif(option ->> 'label', ''), option ->> 'value') as label,
    place::integer as place,
    coalesce(option ->> 'hidden' = 'true', false) as hidden
from hubspot_properties as property
cross join jsonb_path_query(property.raw_json, '$.options[*] ? (exists (@.value))')
    with ordinality as listed (option, place)
order by property.portal_id, property.object_type, property.name, option ->> 'value', place;
