-- Who is each contact, and how much was done with them? The package's model hubspot__contacts: one
-- row for each contact. Archived contacts are kept, with is_contact_deleted true. NULL are the sums
-- of e-mail events (total_bounces and so on) and of forms (calculated_… and
-- total_form_submissions): Spoke does not read these events, and zeros would be wrong. Ends with
-- Spoke's typed columns; any other property is properties ->> 'its_name'. Leaves out contacts that
-- were merged into another: merged_object_ids names them.
create or replace view hubspot__contacts with (security_invoker = true) as
select
    contact.portal_id,
    contact.portal_id::text as source_relation,
    record_id(contact.hubspot_id) as contact_id,
    contact.archived as is_contact_deleted,
    contact.raw_json -> 'properties' ->> 'hs_merged_object_ids' as merged_object_ids,
    contact.email,
    contact.raw_json -> 'properties' ->> 'company' as contact_company,
    contact.firstname as first_name,
    contact.lastname as last_name,
    contact.createdate as created_date,
    contact.raw_json -> 'properties' ->> 'jobtitle' as job_title,
    property_number(contact.raw_json -> 'properties' ->> 'annualrevenue') as company_annual_revenue,
    contact.synced_at as _fivetran_synced,
    null::bigint as total_bounces,
    null::bigint as total_clicks,
    null::bigint as total_deferrals,
    null::bigint as total_deliveries,
    null::bigint as total_drops,
    null::bigint as total_forwards,
    null::bigint as total_opens,
    null::bigint as total_prints,
    null::bigint as total_spam_reports,
    null::bigint as total_unsubscribes,
    null::bigint as total_unique_bounces,
    null::bigint as total_unique_clicks,
    null::bigint as total_unique_deferrals,
    null::bigint as total_unique_deliveries,
    null::bigint as total_unique_drops,
    null::bigint as total_unique_forwards,
    null::bigint as total_unique_opens,
    null::bigint as total_unique_prints,
    null::bigint as total_unique_spam_reports,
    null::bigint as total_unique_unsubscribes,
    coalesce(counted.count_engagement_notes, 0) as count_engagement_notes,
    coalesce(counted.count_engagement_tasks, 0) as count_engagement_tasks,
    coalesce(counted.count_engagement_calls, 0) as count_engagement_calls,
    coalesce(counted.count_engagement_meetings, 0) as count_engagement_meetings,
    coalesce(counted.count_engagement_emails, 0) as count_engagement_emails,
    coalesce(counted.count_engagement_incoming_emails, 0) as count_engagement_incoming_emails,
    coalesce(counted.count_engagement_forwarded_emails, 0) as count_engagement_forwarded_emails,
    null::text as calculated_first_conversion_form_id,
    null::timestamptz as calculated_first_conversion_date,
    null::text as calculated_first_conversion_form_name,
    null::text as calculated_first_conversion_form_type,
    null::text as calculated_most_recent_conversion_form_id,
    null::timestamptz as calculated_most_recent_conversion_date,
    null::text as calculated_most_recent_conversion_form_name,
    null::text as calculated_most_recent_conversion_form_type,
    null::bigint as total_form_submissions,
    null::bigint as total_unique_form_submissions,
    contact.phone,
    contact.mobilephone,
    contact.lifecyclestage,
    contact.vsl_watched,
    contact.vsl_watch_duration,
    contact.sales_script_version,
    record_id(contact.hubspot_owner_id) as hubspot_owner_id,
    contact.raw_json -> 'properties' as properties
from hubspot_contacts_raw as contact
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
    where to_type = 'contacts'
    group by portal_id, to_id
) as counted
    on counted.portal_id = contact.portal_id and counted.to_id = contact.hubspot_id
where contact.merged_into is null;
