-- Which deals was this call about? One row for each call and each deal of the contact that it was
-- with, and each deal whose own phone_number is the other party's. link_method is how the contact
-- is known, or 'deal_phone' for deals that only their own number names; contact_id is NULL where
-- such a call matches nobody. Leaves out other deals of the contact's company.
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
    and links.contact_id = linked.contact_id
union all
select
    calls.portal_id,
    calls.call_id,
    calls.contact_id,
    numbers.deal_id,
    'deal_phone' as link_method
from deal_numbers as numbers
join call_links as calls
    on calls.portal_id = numbers.portal_id and calls.phone_key = numbers.phone_key
join current_deals as deals
    on deals.portal_id = numbers.portal_id and deals.hubspot_id = numbers.deal_id
where
    -- an extension counts where both have one
    (
        coalesce(calls.extension, '') = ''
        or numbers.extensions && array['', calls.extension]
    )
    and (deals.contact_ids @> array[calls.contact_id]) is not true;
