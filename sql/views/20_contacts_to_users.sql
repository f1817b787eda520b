-- Which user of the product is this contact, and what did the user spend in a lifetime? For sales and support.
-- A link by hand wins (manual_links: without a user there is none). Then HubSpot's property user_id decides when it is
-- set, even if it names nobody: a guess must not overrule what somebody stated. Else the e-mail address decides,
-- whatever its case. email is the user's.
-- At most one row per contact: of users who share an address, the oldest. Several contacts may be the same user.
-- Deliberately leaves out contacts that are no user, and never takes '' or 'Unknown' for an address or an id.
create or replace view contacts_to_users with (security_invoker = true) as
with people as not materialized (
    select
        contacts.portal_id,
        contacts.hubspot_id as contact_id,
        contacts.firstname as first_name,
        contacts.lastname as last_name,
        contact_user_id(contacts.raw_json) as stated_user_id,
        email_key(contacts.email) as email_key,
        manual.kind is not null as by_hand,
        manual.to_id as named_user_id
    from current_contacts as contacts
    left join manual_links as manual
        on manual.portal_id = contacts.portal_id
        and manual.kind = 'contact_user'
        and manual.from_id = contacts.hubspot_id
),

-- A company's own tables may use other types for ids.
users as not materialized (
    select user_id::text as user_id, email, client_lifetime_spend, created_at
    from business.users
),

matches as (
    select people.*, users.*, 'manual' as link_method
    from people
    join users on users.user_id = people.named_user_id
    union all
    select people.*, users.*, 'user_id'
    from people
    join users on users.user_id = people.stated_user_id
    where not people.by_hand
    union all
    select people.*, users.*, 'email'
    from people
    join users on email_key(users.email) = people.email_key
    where people.stated_user_id is null and not people.by_hand
)

select distinct on (portal_id, contact_id)
    portal_id,
    contact_id,
    first_name,
    last_name,
    user_id,
    email,
    client_lifetime_spend as "clientLifeTimeSpend",
    link_method
from matches
order by portal_id, contact_id, created_at, length(user_id), user_id;
