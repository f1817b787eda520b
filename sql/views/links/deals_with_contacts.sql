-- Which people belong to this deal? One row for each deal, with its primary contact and all its
-- contacts. Primary is the contact that HubSpot labels so, else the one with the lowest id; NULL
-- where the deal has none. Leaves out archived contacts, and all of a contact but its id: join
-- contacts for more.
create or replace view deals_with_contacts with (security_invoker = true) as
select
    deals.portal_id,
    deals.hubspot_id as deal_id,
    coalesce(labelled.contact_id, linked.contact_ids[1]) as primary_contact_id,
    linked.contact_ids,
    deals.raw_json -> 'properties' ->> 'dealname' as dealname
from current_deals as deals
cross join lateral (
    select coalesce(array_agg(contact_id order by length(contact_id), contact_id),
        '{}') as contact_ids
    from (select distinct unnest(deals.contact_ids) as contact_id) as ids
    where not exists (
        select from hubspot_contacts_raw as gone
        where
            gone.portal_id = deals.portal_id
            and gone.hubspot_id = contact_id
            and (gone.archived or gone.merged_into is not null)
    )
) as linked
left join lateral (
    select link ->> 'id' as contact_id
    from jsonb_path_query(deals.raw_json, '$.associations.contacts.results[*]') as link
    where lower(trim(link ->> 'label')) = 'primary' and link ->> 'id' = any (linked.contact_ids)
    order by length(link ->> 'id'), link ->> 'id'
    limit 1
) as labelled on true;
