-- Whom was this call with? Every call once, for call statistics by contact.
-- HubSpot's association decides; of several contacts the one with the lowest id. Without one, the contact whose phone
-- number is that of the other party; of several the oldest. A call that matches nobody stays, with a NULL contact.
-- Deliberately compares whole numbers of 10 to 15 digits only: short ones like "972" match everybody.
create or replace view calls_to_contacts with (security_invoker = true) as
select
    calls.portal_id,
    calls.hubspot_id as call_id,
    coalesce(associated.contact_id, by_phone.contact_id) as contact_id,
    case
        when associated.contact_id is not null then 'association'
        when by_phone.contact_id is not null then 'phone'
    end as link_method,
    calls.call_timestamp,
    calls.call_duration,
    calls.call_direction,
    calls.call_disposition,
    calls.hubspot_owner_id
from calls
left join lateral (
    select contacts.hubspot_id as contact_id
    from contacts
    where contacts.portal_id = calls.portal_id and contacts.hubspot_id = any (calls.contact_ids)
    order by length(contacts.hubspot_id), contacts.hubspot_id
    limit 1
) as associated on true
left join lateral (
    select contacts.hubspot_id as contact_id
    from contacts
    where
        associated.contact_id is null
        and contacts.portal_id = calls.portal_id
        and phone_key(contacts.phone)
        = other_party_key(calls.call_direction, calls.call_to_number, calls.call_from_number)
    order by contacts.createdate, length(contacts.hubspot_id), contacts.hubspot_id
    limit 1
) as by_phone on true;
