-- Which links should people look at? One row for each team, call and contact whose link is
-- uncertain, worst first: records that are not linked although something fits, then by link_score.
-- `kind` means the same as in manual_links: a row there settles the doubt, which leaves this list
-- at once. So do archived records and calls that have another contact now. Shows link_doubts, found
-- again every ten minutes (refresh_link_doubts): a page takes milliseconds. uncertain_team_links,
-- uncertain_call_links and uncertain_user_links find the doubts of one kind as you ask, and explain
-- their reasons. Leaves out records without any candidate.
create or replace view uncertain_links with (security_invoker = true) as
select
    doubts.portal_id,
    doubts.kind,
    doubts.from_id,
    case doubts.kind
        when 'call_contact' then links.phone_key
        when 'contact_user' then person.name
        else (select min(team_name) from business.teams where team_id::text = doubts.from_id)
    end as from_name,
    doubts.to_id,
    case doubts.kind when 'call_contact' then person.name when 'team_company' then companies.name
        end as to_name,
    doubts.linked,
    doubts.why,
    doubts.link_rule,
    doubts.link_score,
    doubts.runner_up_id,
    case doubts.kind when 'call_contact' then other.name when 'team_company' then other_company.name
        end as runner_up_name,
    doubts.runner_up_rule,
    doubts.runner_up_score
from link_doubts as doubts
left join call_links as links
    on doubts.kind = 'call_contact' and links.portal_id = doubts.portal_id
        and links.call_id = doubts.from_id
left join lateral (
    select coalesce(nullif(trim(concat_ws(' ', firstname, lastname)), ''), email) as name,
        true as shows
    from current_contacts as contacts
    where
        doubts.kind <> 'team_company'
        and contacts.portal_id = doubts.portal_id
        and contacts.hubspot_id = case doubts.kind when 'call_contact' then doubts.to_id
            else doubts.from_id end
) as person on true
left join lateral (
    select coalesce(nullif(trim(concat_ws(' ', firstname, lastname)), ''), email) as name
    from hubspot_contacts_raw as contacts
    where
        doubts.kind = 'call_contact'
        and contacts.portal_id = doubts.portal_id
        and contacts.hubspot_id = doubts.runner_up_id
) as other on true
left join current_companies as companies
    on doubts.kind = 'team_company' and companies.portal_id = doubts.portal_id
        and companies.hubspot_id = doubts.to_id
left join current_companies as other_company
    on doubts.kind = 'team_company'
    and other_company.portal_id = doubts.portal_id
    and other_company.hubspot_id = doubts.runner_up_id
where
    not exists (
        select from manual_links as manual
        where
            manual.portal_id = doubts.portal_id
            and manual.kind = doubts.kind
            and manual.from_id = doubts.from_id
    )
    and case doubts.kind
        when 'call_contact' then links.contact_id = doubts.to_id
            and links.link_method = doubts.link_rule
        when 'contact_user' then person.shows
        else companies.hubspot_id is not null
    end
order by doubts.linked, doubts.link_score, doubts.kind, doubts.portal_id, doubts.from_id;
