-- Which user of the product is this contact, and what did the user spend in a lifetime? For sales
-- and support. A link by hand wins (manual_links: without a user there is none). Then HubSpot's
-- property user_id decides when it is set, even if it names no user: a guess must not overrule a
-- statement. Else the e-mail address decides, in any case: the contact's own before its other ones
-- (hs_additional_emails), which stand in HubSpot's order. email is the user's. At most one row per
-- contact: of users who share an address, the oldest. Several contacts may be the same user. Reads
-- the users that user_keys stores, by its indexes: business.users may be a view that has none. A
-- user is looked up for each contact that is shown, and no other, so that a page of it takes 2 ms;
-- joined and sorted it took 180. Leaves out contacts that are no user, and never takes '' or
-- 'Unknown' for an address or an id.
create or replace view contacts_to_users with (security_invoker = true) as
with people as not materialized (
    select
        contacts.portal_id,
        contacts.hubspot_id as contact_id,
        contacts.firstname as first_name,
        contacts.lastname as last_name,
        contacts.email as address,
        contacts.raw_json,
        manual.kind is not null as by_hand,
        case when manual.kind is null then contact_user_id(contacts.raw_json) else manual.to_id
            end as named_user_id
    from current_contacts as contacts
    left join manual_links as manual
        on manual.portal_id = contacts.portal_id
        and manual.kind = 'contact_user'
        and manual.from_id = contacts.hubspot_id
)

select
    people.portal_id,
    people.contact_id,
    people.first_name,
    people.last_name,
    coalesce(named.user_id, writing.user_id, also_writing.user_id) as user_id,
    case when named.user_id is not null then named.email
        when writing.user_id is not null then writing.email else also_writing.email end as email,
    case when named.user_id is not null then named.client_lifetime_spend
        when writing.user_id is not null then writing.client_lifetime_spend
        else also_writing.client_lifetime_spend end
        as "clientLifeTimeSpend",
    case when people.by_hand then 'manual' when named.user_id is null then 'email' else 'user_id'
        end as link_method
from people
left join lateral (
    select users.user_id, users.email, users.client_lifetime_spend
    from user_keys as users
    where users.user_id = people.named_user_id
    order by users.created_at, users.email
    limit 1
) as named on true
left join lateral (
    select users.user_id, users.email, users.client_lifetime_spend
    from user_keys as users
    where
        not people.by_hand
        and people.named_user_id is null
        and users.email_key = email_key(people.address)
    order by users.created_at, length(users.user_id), users.user_id, users.email
    limit 1
) as writing on true
left join lateral (
    select users.user_id, users.email, users.client_lifetime_spend
    from unnest(secondary_emails(people.raw_json)) with ordinality as others (email_key, place)
    join user_keys as users on users.email_key = others.email_key
    where
        not people.by_hand
        and people.named_user_id is null
        and writing.user_id is null
    order by others.place, users.created_at, length(users.user_id), users.user_id, users.email
    limit 1
) as also_writing on true
where coalesce(named.user_id, writing.user_id, also_writing.user_id) is not null;
