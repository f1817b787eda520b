-- Which contacts may be another user, or one that is not linked? One row per contact, with the user
-- that is linked or would be, the runner-up and why it is uncertain. The part of uncertain_links
-- that is about users. 'names nobody': HubSpot's user_id is no user's, so no user is linked, though
-- one has an address of the contact's. 'rules disagree': user_id names one user, and the address is
-- another's. 'shared address': several users have the address, and the oldest was taken; link_score
-- is the share of one among as many. Leaves out links that are settled by hand, and contacts that
-- are no user by either rule.
create or replace view uncertain_user_links with (security_invoker = true) as
with users as (  -- a company's own view may show a user twice
    select user_id::text as user_id, email_key(email) as email_key, min(created_at) as created_at
    from business.users
    where user_id is not null
    group by 1, 2
),

writers as (
    select email_key, array_agg(user_id order by created_at, length(user_id), user_id) as ids
    from users
    where email_key is not null
    group by email_key
),

addresses as (
    select portal_id, hubspot_id as contact_id, email_key(email) as email_key, 0 as place
    from current_contacts
    union all
    select contacts.portal_id, contacts.hubspot_id, others.email_key, others.place
    from current_contacts as contacts
    cross join lateral unnest(secondary_emails(contacts.raw_json))
        with ordinality as others (email_key, place)
),

addressed as (  -- joined whole: looked up for each contact, all users would be read for each
    select distinct on (addresses.portal_id, addresses.contact_id)
        addresses.portal_id, addresses.contact_id, writers.ids
    from addresses
    join writers using (email_key)
    order by addresses.portal_id, addresses.contact_id, addresses.place
),

people as (
    select
        addressed.portal_id,
        addressed.contact_id,
        coalesce(nullif(trim(concat_ws(' ', contacts.firstname, contacts.lastname)), ''),
            contacts.email) as name,
        contact_user_id(contacts.raw_json) as stated_user_id,
        addressed.ids
    from addressed
    join current_contacts as contacts
        on contacts.portal_id = addressed.portal_id and contacts.hubspot_id = addressed.contact_id
),

judged as (
    select
        people.*,
        case
            when stated_user_id is null and cardinality(ids) > 1 then 'shared address'
            when stated_user_id = any (ids) or stated_user_id is null then null
            when exists (select from users where users.user_id = stated_user_id)
                then 'rules disagree'
            else 'names nobody'
        end as why
    from people
)

select
    judged.portal_id,
    'contact_user' as kind,
    judged.contact_id as from_id,
    judged.name as from_name,
    case why when 'rules disagree' then judged.stated_user_id else ids[1] end as to_id,
    null::text as to_name,
    why <> 'names nobody' as linked,
    judged.why,
    case why when 'rules disagree' then 'user_id' else 'email' end as link_rule,
    round(case why when 'rules disagree' then 0.5 else 1.0 / cardinality(ids) end, 3) as link_score,
    case why when 'rules disagree' then ids[1] else ids[2] end as runner_up_id,
    null::text as runner_up_name,
    case when why = 'rules disagree' or cardinality(ids) > 1 then 'email' end as runner_up_rule,
    case when why = 'rules disagree' or cardinality(ids) > 1 then round(1.0 / cardinality(ids), 3)
        end as runner_up_score
from judged
left join manual_links as manual
    on manual.portal_id = judged.portal_id and manual.kind = 'contact_user'
        and manual.from_id = judged.contact_id
where judged.why is not null and manual.kind is null;
