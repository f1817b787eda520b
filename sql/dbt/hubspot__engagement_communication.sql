-- What messages were sent over SMS, WhatsApp or LinkedIn? The package's model
-- hubspot__engagement_communication: one row for each message that was logged. is_active is false
-- where it was archived. Any other property is properties ->> 'its_name'. Leaves out records that
-- were erased.
create or replace view hubspot__engagement_communication with (security_invoker = true) as
select
    communication.portal_id,
    communication.portal_id::text as source_relation,
    communication.synced_at as _fivetran_synced,
    record_id(communication.hubspot_id) as engagement_id,
    'COMMUNICATION'::text as engagement_type,
    communication.createdate as created_timestamp,
    communication.communication_timestamp as occurred_timestamp,
    communication.updated_at as last_updated_timestamp,
    record_id(communication.hubspot_owner_id) as owner_id,
    record_id(communication.raw_json -> 'properties' ->> 'hubspot_team_id') as team_id,
    (
        select array_agg(record_id(linked)) from unnest(communication.contact_ids) as linked
    ) as contact_ids,
    (
        select array_agg(record_id(linked)) from unnest(communication.deal_ids) as linked
    ) as deal_ids,
    (
        select array_agg(record_id(linked)) from unnest(communication.company_ids) as linked
    ) as company_ids,
    not communication.archived as is_active,
    communication.channel as communication_channel_type,
    communication.logged_from as communication_logged_from,
    communication.body as communication_body,
    communication.raw_json -> 'properties' as properties
from hubspot_communications_raw as communication
where communication.merged_into is null;
