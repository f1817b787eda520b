-- Which user of the product is this contact, and what did the user spend in a lifetime? For sales and support.
-- HubSpot's property user_id decides when it is set, even if it names nobody; else the e-mail address, whatever its case.
-- At most one row per contact: of users who share an address the oldest. Several contacts may be the same user.
-- Deliberately leaves out contacts that are no user, and never takes '' or 'Unknown' for an address or an id.
create or replace view contacts_to_users with (security_invoker = true) as
with people as not materialized (
    select
        portal_id,
        hubspot_id as contact_id,
        firstname as first_name,
        lastname as last_name,
        email_key(raw_json -> 'properties' ->> 'user_id') as user_key,
        email_key(email) as email_key
    from contacts
),

matches as (
    select people.*, users.user_id::text, users.email, users.client_lifetime_spend, users.created_at, 'user_id' as link_method
    from people
    join business.users on lower(trim(users.user_id::text)) = people.user_key
    union all
    select people.*, users.user_id::text, users.email, users.client_lifetime_spend, users.created_at, 'email'
    from people
    join business.users on email_key(users.email) = people.email_key
    where people.user_key is null
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
