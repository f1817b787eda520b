-- Which user of the product is this contact, and what did the user spend in a lifetime? For sales and support.
-- HubSpot's property user_id decides when it is set, even if it names nobody: a guess must not overrule what somebody
-- stated. Else the e-mail address decides, whatever its case. email is the user's.
-- At most one row per contact: of users who share an address, the oldest. Several contacts may be the same user.
-- Deliberately leaves out contacts that are no user, and never takes '' or 'Unknown' for an address or an id.
create or replace view contacts_to_users with (security_invoker = true) as
with people as not materialized (
    select
        portal_id,
        hubspot_id as contact_id,
        firstname as first_name,
        lastname as last_name,
        contact_user_id(raw_json) as stated_user_id,
        email_key(email) as email_key
    from current_contacts
),

-- A company's own tables may use other types for ids.
users as not materialized (
    select user_id::text as user_id, email, client_lifetime_spend, created_at
    from business.users
),

matches as (
    select people.*, users.*, 'user_id' as link_method
    from people
    join users on users.user_id = people.stated_user_id
    union all
    select people.*, users.*, 'email'
    from people
    join users on email_key(users.email) = people.email_key
    where people.stated_user_id is null
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
