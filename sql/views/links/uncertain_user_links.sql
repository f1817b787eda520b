-- Which contacts may be another user, or one that is not linked? One row per contact, with the user
-- that is linked or would be, the runner-up and why it is uncertain. The part of uncertain_links
-- that is about users. 'names nobody': HubSpot's user_id is no user's, so no user is linked, though
-- one has an address of the contact's. 'rules disagree': user_id names one user, and the address is
-- another's. 'shared address': several users have the address, and the oldest was taken; link_score
-- is the share of one among as many. Reads the users that user_keys stores, by its indexes. Leaves
-- out links that are settled by hand, and contacts that are no user by either rule.
create or replace view uncertain_user_links with (security_invoker = true) as
with people as (  -- each with the users who have the first of the contact's addresses that is known
    select
        contacts.portal_id,
        contacts.hubspot_id as contact_id,
        coalesce(nullif(trim(concat_ws(' ', contacts.firstname, contacts.lastname)), ''),
            contacts.email) as name,
        contact_user_id(contacts.raw_json) as stated_user_id,
        addressed.ids
    from current_contacts as contacts
    cross join lateral (
        select array_agg(user_id order by since, length(user_id), user_id) as ids
        from (  -- a company's own view may show a user twice
            select addresses.place, users.user_id, min(users.created_at) as since
            from (
                select email_key(contacts.email) as email_key, 0 as place
                union all
                select others.email_key, others.place
                from unnest(secondary_emails(contacts.raw_json))
                    with ordinality as others (email_key, place)
            ) as addresses
            cross join lateral (  -- by index: joined, all users would be read for each contact
                select user_id, created_at
                from user_keys
                where user_keys.email_key = addresses.email_key
                offset 0
            ) as users
            group by addresses.place, users.user_id
        ) as writers
        group by place
        order by place
        limit 1
    ) as addressed
),

judged as (
    select
        people.*,
        case
            when stated_user_id is null and cardinality(ids) > 1 then 'shared address'
            when stated_user_id = any (ids) or stated_user_id is null then null
            when exists (select from user_keys as users where users.user_id = stated_user_id)
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
