-- Whom was this call with? Every call once, for call statistics by contact.
-- HubSpot's association decides; of several contacts the one with the lowest id. Without one, the contact whose phone
-- number is that of the other party; of several the oldest. A call that matches nobody stays, with a NULL contact.
-- Deliberately compares whole numbers of 10 to 15 digits only: short ones like "972" match everybody.
--
-- Two halves and not one chain of left joins, so that a filter by contact reaches the indexes of both: 1.5 ms instead
-- of 400 ms at 119,000 calls. The cost: all of them take 0.7 s instead of 0.4 s.
create or replace view calls_to_contacts with (security_invoker = true) as
with heard as not materialized (
    select
        calls.*,
        other_party_key(call_direction, call_to_number, call_from_number) as phone_key,
        -- One associated contact is the rule and needs no sub-query.
        case
            when cardinality(contact_ids) = 1 then contact_ids[1]
            when cardinality(contact_ids) > 1 then (
                select contacts.hubspot_id
                from current_contacts as contacts
                where contacts.portal_id = calls.portal_id and contacts.hubspot_id = any (calls.contact_ids)
                order by length(contacts.hubspot_id), contacts.hubspot_id
                limit 1
            )
        end as associated_id
    from current_calls as calls
)

select
    heard.portal_id,
    heard.hubspot_id as call_id,
    contacts.hubspot_id as contact_id,
    'association' as link_method,
    heard.call_timestamp,
    heard.call_duration,
    heard.call_direction,
    heard.call_disposition,
    heard.hubspot_owner_id
from heard
join current_contacts as contacts
    on contacts.portal_id = heard.portal_id
    and contacts.hubspot_id = heard.associated_id
    and heard.contact_ids @> array[contacts.hubspot_id]  -- says the same again, in words that the GIN index knows
union all
select
    heard.portal_id,
    heard.hubspot_id,
    holder.hubspot_id,
    case when holder.hubspot_id is not null then 'phone' end,
    heard.call_timestamp,
    heard.call_duration,
    heard.call_direction,
    heard.call_disposition,
    heard.hubspot_owner_id
from heard
left join current_contacts as holder
    on holder.portal_id = heard.portal_id
    and phone_key(holder.phone) = heard.phone_key
    and holder.hubspot_id = (
        select contacts.hubspot_id
        from current_contacts as contacts
        where contacts.portal_id = heard.portal_id and phone_key(contacts.phone) = heard.phone_key
        order by contacts.createdate, length(contacts.hubspot_id), contacts.hubspot_id
        limit 1
    )
where not exists (
    select from current_contacts as contacts
    where contacts.portal_id = heard.portal_id and contacts.hubspot_id = heard.associated_id
);
