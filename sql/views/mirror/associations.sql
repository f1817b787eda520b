-- Which records does HubSpot link, and with which labels? One row for each two linked records, at
-- the end that keeps the link: contact and company at both, a call and its deal at the call. All
-- pairs of types that the portal uses are here, companies among companies, too: the parent of a
-- company is the row whose labels have 'Parent Company'. labels is empty where nobody named the
-- link. Ask with object_type and hubspot_id: an index finds the record. For joins of many records
-- the columns contact_ids, company_ids and so on are quicker. Leaves out links of archived records
-- and of records merged into another, and links that Spoke made by phone, name or e-mail.
create or replace view associations with (security_invoker = true) as
-- for each type:
select portal_id, '<type>' as object_type, hubspot_id, ends.key as to_type, pair.to_id, pair.labels
from hubspot_<type>_raw
cross join jsonb_each(raw_json -> 'associations') as ends
cross join lateral (
    select
        link ->> 'id' as to_id,
        array_remove(array_agg(distinct nullif(link ->> 'label', '')), null) as labels
    from jsonb_array_elements(ends.value -> 'results') as link
    group by link ->> 'id'
) as pair
where not archived and merged_into is null and ends.key = any ('{<links>}')
union all
-- end
select portal_id, object_type, hubspot_id, ends.key as to_type, pair.to_id, pair.labels
from hubspot_objects_raw
cross join jsonb_each(raw_json -> 'associations') as ends
cross join lateral (
    select
        link ->> 'id' as to_id,
        array_remove(array_agg(distinct nullif(link ->> 'label', '')), null) as labels
    from jsonb_array_elements(ends.value -> 'results') as link
    group by link ->> 'id'
) as pair
where not archived and merged_into is null
  and ends.key = any ('{contacts,companies,deals,tickets}')
union all
select
    portal_id,
    from_type,
    from_id,
    to_type,
    to_id,
    array_remove(array_agg(distinct label), null)
from hubspot_associations
group by portal_id, from_type, from_id, to_type, to_id;
