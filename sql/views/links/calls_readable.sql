-- Which calls were there, in words? One row for each call, with the outcome by its name, its length
-- in minutes, its owner's and its contact's name: for reports without joins. The outcome is what
-- the portal calls the call's disposition, which is an id in HubSpot. A call that matches no
-- contact has no name. Leaves out archived and merged calls, and all else of a call: join calls.
create or replace view calls_readable with (security_invoker = true) as
select
    calls.portal_id,
    calls.call_id,
    calls.call_timestamp,
    calls.call_direction,
    round(calls.call_duration / 60000.0, 1) as minutes,
    calls.call_disposition,
    coalesce(outcomes.label, calls.call_disposition) as outcome,
    calls.hubspot_owner_id as owner_id,
    coalesce(owners.owner_name, calls.hubspot_owner_id) as owner_name,
    calls.contact_id,
    nullif(trim(concat_ws(' ', trim(contacts.firstname), trim(contacts.lastname))), '')
        as contact_name,
    contacts.email as contact_email
from calls_to_contacts as calls
left join property_options as outcomes
    on outcomes.portal_id = calls.portal_id
    and outcomes.object_type = 'calls'
    and outcomes.property = 'hs_call_disposition'
    and outcomes.value = calls.call_disposition
left join owners
    on owners.portal_id = calls.portal_id and owners.owner_id = calls.hubspot_owner_id
left join current_contacts as contacts
    on contacts.portal_id = calls.portal_id and contacts.hubspot_id = calls.contact_id;
