-- Which contacts are there, for aggregations? One row for each, with the grade of its lead score
-- and its engagement. company_id is the first of its companies. region is no property of HubSpot: a
-- portal's own or a load's fills it. Leaves out archived and merged contacts.
create or replace view entity_contacts with (security_invoker = true) as
select
    portal_id,
    hubspot_id as contact_id,
    email,
    company_ids[1] as company_id,
    jobtitle as job_title,
    lead_source,
    lead_score,
    lifecyclestage as lifecycle_stage,
    region,
    (first_touch_at at time zone 'UTC')::date as first_touch_date,
    num_page_views,
    num_form_submissions,
    lead_grade(lead_score) as lead_grade,
    engagement_index(num_page_views, num_form_submissions) as engagement_index,
    utc_month(coalesce(createdate, first_touch_at)) as month
from hubspot_contacts_raw
where not archived and merged_into is null;
