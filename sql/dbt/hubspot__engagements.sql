-- What did people do with customers? The package's model hubspot__engagements: one row for each
-- call, e-mail, meeting, note, task and communication, with the contacts, deals and companies that
-- it is linked to. Archived ones are kept, with is_active false. It has the columns that older
-- versions of the package had, too. Leaves out records that were erased.
create or replace view hubspot__engagements with (security_invoker = true) as
select
    portal_id,
    source_relation,
    _fivetran_synced,
    engagement_id,
    engagement_type,
    contact_ids,
    deal_ids,
    company_ids,
    is_active,
    created_timestamp,
    occurred_timestamp,
    last_updated_timestamp,
    owner_id,
    properties ->> 'hs_activity_type' as activity_type
from hubspot__engagement_calls
union all
select
    portal_id,
    source_relation,
    _fivetran_synced,
    engagement_id,
    engagement_type,
    contact_ids,
    deal_ids,
    company_ids,
    is_active,
    created_timestamp,
    occurred_timestamp,
    last_updated_timestamp,
    owner_id,
    null::text as activity_type
from hubspot__engagement_emails
union all
select
    portal_id,
    source_relation,
    _fivetran_synced,
    engagement_id,
    engagement_type,
    contact_ids,
    deal_ids,
    company_ids,
    is_active,
    created_timestamp,
    occurred_timestamp,
    last_updated_timestamp,
    owner_id,
    properties ->> 'hs_activity_type' as activity_type
from hubspot__engagement_meetings
union all
select
    portal_id,
    source_relation,
    _fivetran_synced,
    engagement_id,
    engagement_type,
    contact_ids,
    deal_ids,
    company_ids,
    is_active,
    created_timestamp,
    occurred_timestamp,
    last_updated_timestamp,
    owner_id,
    null::text as activity_type
from hubspot__engagement_notes
union all
select
    portal_id,
    source_relation,
    _fivetran_synced,
    engagement_id,
    engagement_type,
    contact_ids,
    deal_ids,
    company_ids,
    is_active,
    created_timestamp,
    occurred_timestamp,
    last_updated_timestamp,
    owner_id,
    null::text as activity_type
from hubspot__engagement_tasks
union all
select
    portal_id,
    source_relation,
    _fivetran_synced,
    engagement_id,
    engagement_type,
    contact_ids,
    deal_ids,
    company_ids,
    is_active,
    created_timestamp,
    occurred_timestamp,
    last_updated_timestamp,
    owner_id,
    null::text as activity_type
from hubspot__engagement_communication;
