-- What is each company, and how much was done for it? The package's model hubspot__companies: one
-- row for each company. Archived companies are kept, with is_company_deleted true. Ends with
-- Spoke's typed columns; any other property is properties ->> 'its_name'. Leaves out companies that
-- were merged into another.
create or replace view hubspot__companies with (security_invoker = true) as
select
    company.portal_id,
    company.portal_id::text as source_relation,
    record_id(company.hubspot_id) as company_id,
    company.archived as is_company_deleted,
    company.synced_at as _fivetran_synced,
    company.name as company_name,
    company.raw_json -> 'properties' ->> 'description' as description,
    company.createdate as created_date,
    company.industry,
    company.raw_json -> 'properties' ->> 'address' as street_address,
    company.raw_json -> 'properties' ->> 'address2' as street_address_2,
    company.raw_json -> 'properties' ->> 'city' as city,
    company.raw_json -> 'properties' ->> 'state' as state,
    company.raw_json -> 'properties' ->> 'country' as country,
    company.annualrevenue as company_annual_revenue,
    coalesce(counted.count_engagement_notes, 0) as count_engagement_notes,
    coalesce(counted.count_engagement_tasks, 0) as count_engagement_tasks,
    coalesce(counted.count_engagement_calls, 0) as count_engagement_calls,
    coalesce(counted.count_engagement_meetings, 0) as count_engagement_meetings,
    coalesce(counted.count_engagement_emails, 0) as count_engagement_emails,
    coalesce(counted.count_engagement_incoming_emails, 0) as count_engagement_incoming_emails,
    coalesce(counted.count_engagement_forwarded_emails, 0) as count_engagement_forwarded_emails,
    company.domain,
    company.numberofemployees,
    record_id(company.hubspot_owner_id) as hubspot_owner_id,
    company.raw_json -> 'properties' as properties
from hubspot_companies_raw as company
left join (
    select
        portal_id,
        to_id,
        count(*) filter (where engagement_type = 'NOTE') as count_engagement_notes,
        count(*) filter (where engagement_type = 'TASK') as count_engagement_tasks,
        count(*) filter (where engagement_type = 'CALL') as count_engagement_calls,
        count(*) filter (where engagement_type = 'MEETING') as count_engagement_meetings,
        count(*) filter (where engagement_type = 'EMAIL') as count_engagement_emails,
        count(*) filter (where engagement_type = 'INCOMING_EMAIL')
            as count_engagement_incoming_emails,
        count(*) filter (where engagement_type = 'FORWARDED_EMAIL')
            as count_engagement_forwarded_emails
    from hubspot__engagement_links
    where to_type = 'companies'
    group by portal_id, to_id
) as counted
    on counted.portal_id = company.portal_id and counted.to_id = company.hubspot_id
where company.merged_into is null;
