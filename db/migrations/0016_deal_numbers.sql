-- The phone number of a deal, where a portal has such a property: a call with it was about that
-- deal.

alter table hubspot_deals_raw add column phone_number text, add column phone_number_e164 text;
create index on hubspot_deals_raw (phone_number);

-- Each number of each deal, with the extensions that it has there; '' stands for none.
create table deal_numbers (
    portal_id  bigint not null,
    deal_id    text   not null,
    phone_key  text   not null,
    extensions text[] not null,
    primary key (portal_id, deal_id, phone_key)
);
create index on deal_numbers (portal_id, phone_key);
create index on deal_numbers (deal_id);
comment on table deal_numbers is 'every phone number of a deal, as calls_to_deals compares it';

-- Deals that have a number already are read again, which fills the columns in the portal's country.
insert into pending_changes (portal_id, object_type, hubspot_id)
select portal_id, 'deals', hubspot_id
from hubspot_deals_raw
where raw_json -> 'properties' ->> 'phone_number' <> '' and not archived and merged_into is null
order by portal_id, hubspot_id
on conflict do nothing;
