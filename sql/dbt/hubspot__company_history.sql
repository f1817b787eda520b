-- Which value had a property of a company, from when to when? The package's model
-- hubspot__company_history: one row for each value of each property that `spoke follow companies …`
-- named. valid_to is NULL while the value holds. Leaves out every other property, and companies
-- that were merged into another: the survivor has HubSpot's joined history.
create or replace view hubspot__company_history with (security_invoker = true) as
select
    version.portal_id,
    version.portal_id::text as source_relation,
    record_id(version.hubspot_id) as company_id,
    version.property as field_name,
    version.source as change_source,
    version.source_id as change_source_id,
    version.changed_at as valid_from,
    version.value as new_value,
    lead(version.changed_at) over (
        partition by version.portal_id, version.hubspot_id, version.property
        order by version.changed_at
    ) as valid_to,
    md5(concat_ws('-', version.property, version.hubspot_id,
        extract(epoch from version.changed_at), version.portal_id)) as id
from property_history as version
join hubspot_companies_raw as company
    on company.portal_id = version.portal_id
    and company.hubspot_id = version.hubspot_id
    and company.merged_into is null
where version.object_type = 'companies';
