-- Which kinds of e-mail may people subscribe to? One row for each subscription type. Leaves out who
-- is subscribed: contacts have a property for each type.
create or replace view subscription_types with (security_invoker = true) as
select
    portal_id,
    key as subscription_type_id,
    raw_json ->> 'name' as subscription_name,
    raw_json ->> 'description' as description,
    raw_json ->> 'purpose' as purpose,
    raw_json ->> 'communicationMethod' as communication_method,
    property_boolean(raw_json ->> 'isActive') as is_active,
    property_boolean(raw_json ->> 'isInternal') as is_internal,
    updated_at,
    synced_at,
    gone_at,
    raw_json
from hubspot_polled
where family = 'subscription_types';
