-- Which calls may have been with another contact? One row per call, with the contact that is
-- linked, the runner-up and why it is uncertain. The part of uncertain_links that is about calls;
-- link_score is the share of one among as many, of a number among twenty at most. 'shared number':
-- several contacts have the number, and the oldest was taken. 'several contacts': HubSpot says that
-- the call was with several, and the lowest id was taken. 'country unknown': the contact's number
-- is without a country's prefix, and no setting says of which country such numbers are (spoke
-- portals set). The same digits may be a number of another country. Looks up the contacts of each
-- call, so that some calls of many are judged as quickly as they are read. Leaves out links that
-- are settled by hand, and calls without a contact: short numbers never link.
create or replace view uncertain_call_links with (security_invoker = true) as
with heard as (  -- with the contacts who have the call's number
    select links.portal_id, links.call_id, links.phone_key, links.contact_id, links.link_method,
        holders.ids,
        case
            when cardinality(holders.ids) > 1 then 'shared number'
            when exists (
                select from portals
                join hubspot_contacts_raw as contacts
                    on contacts.portal_id = portals.portal_id
                    and contacts.hubspot_id = holders.ids[1]
                where portals.portal_id = links.portal_id and portals.country is null
                    and regexp_replace(
                        concat_ws(' ', contacts.phone, contacts.mobilephone), '[^0-9+＋]+', '', 'g'
                    ) !~ ('(?:[+＋]|00)' || links.phone_key)
            ) then 'country unknown'
        end as why
    from call_links as links
    cross join lateral (
        select array_agg(contact_id order by createdate, length(contact_id), contact_id) as ids
        from (
            select distinct contact_id, createdate
            from (  -- in the order of the index, so that no more than these are read
                select contact_id, createdate
                from contact_numbers as numbers
                where numbers.portal_id = links.portal_id and numbers.phone_key = links.phone_key
                order by createdate, length(contact_id), contact_id
                limit 20
            ) as oldest
        ) as each_one
    ) as holders
    where links.link_method = 'phone'
),

unsure as (
    select portal_id, call_id, phone_key, contact_id, link_method, why,
        case why when 'shared number' then 1.0 / cardinality(ids) else 0.9 end as link_score,
        ids[2] as runner_up_id
    from heard
    where why is not null
    union all
    select links.portal_id, links.call_id, links.phone_key, links.contact_id, links.link_method,
        'several contacts', 1.0 / cardinality(live.ids), live.ids[2]
    from call_links as links
    join hubspot_calls_raw as calls on calls.portal_id = links.portal_id
        and calls.hubspot_id = links.call_id
    cross join lateral (
        select array_agg(hubspot_id order by length(hubspot_id), hubspot_id) as ids
        from hubspot_contacts_raw as each_one
        where
            each_one.portal_id = calls.portal_id
            and each_one.hubspot_id = any (calls.contact_ids)
            and (not archived and merged_into is null) is true
        offset 0
    ) as live
    where cardinality(calls.contact_ids) > 1 and links.link_method = 'association'
        and cardinality(live.ids) > 1
)

select
    unsure.portal_id,
    'call_contact' as kind,
    unsure.call_id as from_id,
    unsure.phone_key as from_name,
    unsure.contact_id as to_id,
    coalesce(nullif(trim(concat_ws(' ', contacts.firstname, contacts.lastname)), ''),
        contacts.email) as to_name,
    true as linked,
    unsure.why,
    unsure.link_method as link_rule,
    round(unsure.link_score, 3) as link_score,
    unsure.runner_up_id,
    coalesce(nullif(trim(concat_ws(' ', runner_up.firstname, runner_up.lastname)), ''),
        runner_up.email) as runner_up_name,
    case when unsure.runner_up_id is not null then unsure.link_method end as runner_up_rule,
    case when unsure.runner_up_id is not null then round(unsure.link_score, 3)
        end as runner_up_score
from unsure
left join hubspot_contacts_raw as contacts
    on contacts.portal_id = unsure.portal_id and contacts.hubspot_id = unsure.contact_id
left join hubspot_contacts_raw as runner_up
    on runner_up.portal_id = unsure.portal_id and runner_up.hubspot_id = unsure.runner_up_id;
