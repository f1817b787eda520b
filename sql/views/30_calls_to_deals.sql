-- Which deals was this call about? One row for each call and each deal of the contact it was with.
-- Deliberately goes through the contact only: other deals of the contact's company are not counted.
create or replace view calls_to_deals with (security_invoker = true) as
with links as (
    select distinct deals.portal_id, deals.hubspot_id as deal_id, contact_id
    from deals
    cross join unnest(deals.contact_ids) as contact_id
)

select
    calls_to_contacts.portal_id,
    calls_to_contacts.call_id,
    calls_to_contacts.contact_id,
    links.deal_id,
    calls_to_contacts.link_method
from calls_to_contacts
join links using (portal_id, contact_id);
