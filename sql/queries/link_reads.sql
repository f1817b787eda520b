-- What the API and the pages read of the links to review.

-- name: read_link_doubts
-- Worst first, a page behind (linked, link_score, kind, from_id), with what else tells the ends
-- apart: a company's domain, a contact's or user's address, when a call was. The page is cut before
-- these are looked up. The view has this order: named once more, PostgreSQL 18 would judge the view
-- without the limit, and read all calls for it (70 ms instead of 3).
with page as (
    select *
      from uncertain_links
     where portal_id = %(portal_id)s
       and (%(kind)s::text is null or kind = %(kind)s)
       and (%(from_id)s::text is null
            or (linked, link_score, kind, from_id)
               > (%(linked)s::boolean, %(link_score)s::numeric, %(after_kind)s::text, %(from_id)s))
     limit %(limit)s
),
ends as (
    select wanted.kind, wanted.id, said.name, said.about
      from (select portal_id, kind, to_id as id from page
            union
            select portal_id, kind, runner_up_id from page) as wanted
     cross join lateral (
           select null::text as name, domain as about
             from hubspot_companies_raw as companies
            where wanted.kind = 'team_company' and companies.portal_id = wanted.portal_id
              and companies.hubspot_id = wanted.id
           union all
           select null, email
             from hubspot_contacts_raw as contacts
            where wanted.kind = 'call_contact' and contacts.portal_id = wanted.portal_id
              and contacts.hubspot_id = wanted.id
           union all
           select min(email), null
             from user_keys as users
            where wanted.kind = 'contact_user' and users.user_id = wanted.id
           having wanted.kind = 'contact_user') as said
)
select page.kind, page.from_id, page.from_name, origin.about as from_about, page.linked, page.why,
       page.to_id, coalesce(page.to_name, target.name) as to_name, target.about as to_about,
       page.link_rule, page.link_score,
       page.runner_up_id, coalesce(page.runner_up_name, other.name) as runner_up_name,
       other.about as runner_up_about, page.runner_up_rule, page.runner_up_score
  from page
  left join lateral (
       select concat_ws(', ', lower(call_direction),
                  to_char(call_timestamp at time zone portals.time_zone,
                          'FMDD Mon YYYY, HH24:MI')) as about
         from call_links as calls
         join portals using (portal_id)
        where page.kind = 'call_contact' and calls.portal_id = page.portal_id
          and calls.call_id = page.from_id
       union all
       select email
         from current_contacts as contacts
        where page.kind = 'contact_user' and contacts.portal_id = page.portal_id
          and contacts.hubspot_id = page.from_id) as origin on true
  left join ends as target on target.kind = page.kind and target.id = page.to_id
  left join ends as other on other.kind = page.kind and other.id = page.runner_up_id
 order by page.linked, page.link_score, page.kind, page.from_id;

-- name: count_link_doubts
select kind, count(*) as links
  from uncertain_links
 where portal_id = %(portal_id)s
 group by kind;

-- name: find_users
-- Users whose id or address is this one, or whose address holds it.
select user_id as hubspot_id, min(email) as name
  from user_keys
 where user_id = %(text)s or email_key = email_key(%(text)s) or email ilike %(pattern)s
 group by user_id
 order by user_id
 limit %(limit)s;
