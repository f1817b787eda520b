-- What e-mails were logged? The package's model hubspot__engagement_emails: one row for each e-mail
-- that people sent or got. is_active is false where it was archived. engagement_type tells incoming
-- and forwarded e-mails apart, as email_direction does. Leaves out marketing e-mails. Any other
-- property is properties ->> 'its_name'. Leaves out records that were erased.
create or replace view hubspot__engagement_emails with (security_invoker = true) as
select
    email.portal_id,
    email.portal_id::text as source_relation,
    email.synced_at as _fivetran_synced,
    record_id(email.hubspot_id) as engagement_id,
    case
        when email.direction in ('INCOMING_EMAIL', 'FORWARDED_EMAIL') then email.direction
        else 'EMAIL'
    end as engagement_type,
    property_datetime(email.raw_json -> 'properties' ->> 'hs_createdate') as created_timestamp,
    email.email_timestamp as occurred_timestamp,
    email.updated_at as last_updated_timestamp,
    record_id(email.hubspot_owner_id) as owner_id,
    record_id(email.raw_json -> 'properties' ->> 'hubspot_team_id') as team_id,
    (
        select array_agg(record_id(linked)) from unnest(email.contact_ids) as linked
    ) as contact_ids,
    (
        select array_agg(record_id(linked)) from unnest(email.deal_ids) as linked
    ) as deal_ids,
    (
        select array_agg(record_id(linked)) from unnest(email.company_ids) as linked
    ) as company_ids,
    not email.archived as is_active,
    email.subject as email_subject,
    email.direction as email_direction,
    email.status as email_status,
    email.raw_json -> 'properties' ->> 'hs_email_text' as email_text,
    email.raw_json -> 'properties' as properties
from hubspot_emails_raw as email
where email.merged_into is null;
