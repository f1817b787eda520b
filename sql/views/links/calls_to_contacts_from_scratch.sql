-- Whom was each call with, found from the records themselves? call_links stores the same, and a
-- test holds it against this view. A link by hand decides (manual_links), and follows its contact
-- through merges. Then HubSpot's association decides: of several contacts the one with the lowest
-- id. Then the contact with the number of the other party (contact_numbers: all that a contact
-- has), whose extension does not differ: of several the oldest. Compares whole numbers: short ones
-- like "972" match everybody. It takes 25 µs a call: ask calls_to_contacts instead. Leaves out
-- archived and merged calls. `is true`, `offset 0`: see 0004_links.sql.
create or replace view calls_to_contacts_from_scratch with (security_invoker = true) as
with heard as not materialized (
    select calls.*, split_part(number, 'x', 1) as phone_key, split_part(number, 'x', 2) as extension
    from hubspot_calls_raw as calls
    cross join lateral call_number(call_direction, call_to_e164, call_to_number, call_from_e164,
        call_from_number) as number
    where (not archived and merged_into is null) is true
)

select
    heard.portal_id,
    heard.hubspot_id as call_id,
    coalesce(stated.contact_id, associated.contact_id, holder.contact_id) as contact_id,
    case
        when manual.kind is not null then 'manual'
        when associated.contact_id is not null then 'association'
        when holder.contact_id is not null then 'phone'
    end as link_method,
    heard.phone_key,
    heard.call_timestamp,
    heard.call_duration,
    heard.call_direction,
    -- ids; an index refuses entries of more than 2.7 kB
    left(heard.call_disposition, 300) as call_disposition,
    left(heard.hubspot_owner_id, 300) as hubspot_owner_id,
    heard.extension
from heard
left join manual_links as manual
    on manual.portal_id = heard.portal_id
    and manual.kind = 'call_contact'
    and manual.from_id = heard.hubspot_id
left join lateral (
    select survivor.hubspot_id as contact_id
    from hubspot_contacts_raw as named
    join hubspot_contacts_raw as survivor
        on survivor.portal_id = named.portal_id
        and survivor.hubspot_id = coalesce(named.merged_into, named.hubspot_id)
    where
        named.portal_id = manual.portal_id
        and named.hubspot_id = manual.to_id
        and (not survivor.archived and survivor.merged_into is null) is true
) as stated on true
left join lateral (
    select contacts.contact_id
    from unnest(heard.contact_ids) as linked (contact_id)
    cross join lateral (
        select each.hubspot_id as contact_id,
            (not each.archived and each.merged_into is null) as shows
        from hubspot_contacts_raw as each
        where
            manual.kind is null
            and each.portal_id = heard.portal_id
            and each.hubspot_id = linked.contact_id
        -- asked for inside, `shows` would let the index of the phone numbers answer, by reading all
        -- of it
        offset 0
    ) as contacts
    where contacts.shows
    order by length(contacts.contact_id), contacts.contact_id
    limit 1
) as associated on true
left join lateral (
    select numbers.contact_id
    from contact_numbers as numbers
    where
        manual.kind is null
        and associated.contact_id is null
        and numbers.portal_id = heard.portal_id
        and numbers.phone_key = heard.phone_key
        and (
            numbers.extension = '' or heard.extension = ''
            or numbers.extension = heard.extension
        )
    order by numbers.createdate, length(numbers.contact_id), numbers.contact_id
    limit 1
) as holder on true;
