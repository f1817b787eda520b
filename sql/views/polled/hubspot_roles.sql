-- Which roles may users of the HubSpot account have? One row for each role. Leaves out what a role
-- allows: HubSpot's API does not tell.
create or replace view hubspot_roles with (security_invoker = true) as
select
    portal_id,
    key as role_id,
    raw_json ->> 'name' as role_name,
    property_boolean(raw_json ->> 'requiresBillingWrite') as requires_billing_write,
    synced_at,
    gone_at
from hubspot_polled
where family = 'hubspot_roles';
