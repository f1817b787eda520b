-- Which deals was this call about? One row for each call and each deal of the contact that it was
-- with. Goes through the contact only, and leaves out other deals of the contact's company.
create or replace view calls_to_deals with (security_invoker = true) as
select
    links.portal_id,
    links.call_id,
    links.contact_id,
    deals.hubspot_id as deal_id,
    links.link_method
from current_deals as deals
cross join lateral (select distinct unnest(deals.contact_ids) as contact_id) as linked
join calls_to_contacts as links
    on links.portal_id = deals.portal_id
    -- says the next line again, in words that the GIN index knows
    and deals.contact_ids @> array[links.contact_id]
    and links.contact_id = linked.contact_id;
