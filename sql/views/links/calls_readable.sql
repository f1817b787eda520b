-- Which calls were there, in words? One row for each call, with the outcome by its name, its length
-- in minutes, its owner's and its contact's name: for reports without joins. The outcome is what
-- the portal calls the call's disposition, which is an id in HubSpot. Where a call names no owner,
-- owner_id is the one whose number it was with (number_owners), and owner_method says 'number' in
-- the place of 'call'. A contact without a name is 'Unknown'; a call that matches no contact has
-- NULL. Leaves out archived and merged calls, and all else of a call: join calls.
create or replace view calls_readable with (security_invoker = true) as
select
    calls.portal_id,
    calls.call_id,
    calls.call_timestamp,
    calls.call_direction,
    round(calls.call_duration / 60000.0, 1) as minutes,
    calls.call_disposition,
    coalesce(outcomes.label, calls.call_disposition) as outcome,
    coalesce(nullif(calls.hubspot_owner_id, ''), learnt.owner_id) as owner_id,
    coalesce(owners.owner_name, nullif(calls.hubspot_owner_id, ''), learnt.owner_id) as owner_name,
    calls.contact_id,
    case when calls.contact_id is not null then
        coalesce(
            nullif(trim(concat_ws(' ', trim(contacts.firstname), trim(contacts.lastname))), ''),
            'Unknown'
        ) end as contact_name,
    contacts.email as contact_email,
    case
        when calls.hubspot_owner_id <> '' then 'call'
        when learnt.owner_id is not null then 'number'
    end as owner_method
from calls_to_contacts as calls
left join property_options as outcomes
    on outcomes.portal_id = calls.portal_id
    and outcomes.object_type = 'calls'
    and outcomes.property = 'hs_call_disposition'
    and outcomes.value = calls.call_disposition
left join lateral (
    select known.owner_id
    from hubspot_calls_raw as raw
    join number_owners as known
        on known.portal_id = raw.portal_id
        and known.phone_key = split_part(call_number(raw.call_direction, raw.call_from_e164,
            raw.call_from_number, raw.call_to_e164, raw.call_to_number), 'x', 1)
    where
        coalesce(calls.hubspot_owner_id, '') = ''
        and raw.portal_id = calls.portal_id
        and raw.hubspot_id = calls.call_id
        and raw.call_direction in ('INBOUND', 'OUTBOUND')
) as learnt on true
left join owners
    on owners.portal_id = calls.portal_id
    and owners.owner_id = coalesce(nullif(calls.hubspot_owner_id, ''), learnt.owner_id)
left join current_contacts as contacts
    on contacts.portal_id = calls.portal_id and contacts.hubspot_id = calls.contact_id;
