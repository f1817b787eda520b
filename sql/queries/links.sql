-- Stored links; the functions are in sql/functions/links.

-- name: settle_link_marks
-- Marks of links need no generation: each change adds one of its own, and this transaction removes
-- only the marks that it sees.
select settle_link_marks(%(at_most)s) as settled;

-- name: settle_team_marks
select settle_team_marks(%(at_most)s) as settled;

-- name: refresh_user_keys
select refresh_user_keys(%(at_most)s) as changed;

-- name: refresh_team_keys
select refresh_team_keys(%(at_most)s) as changed;

-- name: refresh_link_doubts
select refresh_link_doubts() as changed;

-- name: refresh_user_spend
select refresh_user_spend() as rows;

-- name: refresh_number_owners
select refresh_number_owners() as changed;

-- name: mark_all_links
-- Numbers of contacts that are not what they should be, then every call.
select key_contacts(%(portal_id)s,
    array(select hubspot_id from hubspot_contacts_raw where portal_id = %(portal_id)s
                                           union
                                          select contact_id from contact_numbers
                                              where portal_id = %(portal_id)s)),
    mark_all_calls(%(portal_id)s);

-- name: mark_all_teams
-- Compare the keys of all companies, then mark every team.
select key_companies(%(portal_id)s,
    array(select hubspot_id from hubspot_companies_raw where portal_id = %(portal_id)s
                                           union
                                          select company_id from company_keys
                                              where portal_id = %(portal_id)s));

-- name: mark_team_keys
insert into team_marks (portal_id, team_ids)
select 0, array_agg(team_id)
  from (select team_id, row_number() over (order by team_id) / 50 as part from team_keys) as parts
 group by part;

-- name: waiting_link_marks
select (select count(*) from link_marks) + (select count(*) from team_marks) as waiting;

-- name: differing_suffixes
-- Both ways at once: as many, and all of them known.
select count(*) <> (select count(*) from public_suffixes)
    or count(*) <> count(known.suffix) as differ
  from unnest(%(suffixes)s::text[], %(kinds)s::text[]) as wanted (suffix, kind)
  left join public_suffixes as known using (suffix, kind);

-- name: add_suffixes
insert into public_suffixes (suffix, kind)
select * from unnest(%(suffixes)s::text[], %(kinds)s::text[]);

-- name: rekey_companies
select key_companies(portal_id, array_agg(hubspot_id))
  from hubspot_companies_raw group by portal_id;


-- name: link_ends
-- Are both ends of a link here? No target is fine: then the record is linked to nothing.
select case %(kind)s
           when 'team_company' then exists (
               select from business.teams where team_id::text = %(from_id)s)
           when 'call_contact' then exists (
               select
                 from call_links
                where portal_id = %(portal_id)s and call_id = %(from_id)s)
           else exists (
               select
                 from current_contacts
                where portal_id = %(portal_id)s and hubspot_id = %(from_id)s)
           end as has_from,
       %(to_id)s::text is null or case %(kind)s
           when 'team_company' then exists (
               select
                 from current_companies
                where portal_id = %(portal_id)s and hubspot_id = %(to_id)s)
           when 'call_contact' then exists (
               select
                 from current_contacts
                where portal_id = %(portal_id)s and hubspot_id = %(to_id)s)
           else exists (select from user_keys where user_id = %(to_id)s)
           end as has_to;

-- name: suggested_link
select to_id
  from uncertain_links
 where portal_id = %(portal_id)s and kind = %(kind)s and from_id = %(from_id)s;

-- name: put_manual_link
insert into manual_links (portal_id, kind, from_id, to_id, note)
values (%(portal_id)s, %(kind)s, %(from_id)s, %(to_id)s, %(note)s)
    on conflict (portal_id, kind, from_id) do update
   set to_id = excluded.to_id, note = excluded.note, created_at = now();

-- name: drop_manual_link
delete from manual_links
 where portal_id = %(portal_id)s and kind = %(kind)s and from_id = %(from_id)s;

-- name: read_manual_links
-- Set by hand, the newest first, with names where the records still show. Readers may not name
-- business.teams, so the owner asks.
select manual.kind, manual.from_id, manual.to_id, manual.note, manual.created_at,
       case manual.kind
           when 'team_company' then (select min(team_name)
                                       from business.teams
                                      where team_id::text = manual.from_id)
           when 'call_contact' then (select phone_key
                                       from call_links as calls
                                      where calls.portal_id = manual.portal_id
                                        and calls.call_id = manual.from_id)
           else (select coalesce(nullif(trim(concat_ws(' ', firstname, lastname)), ''), email)
                   from current_contacts as contacts
                  where contacts.portal_id = manual.portal_id
                    and contacts.hubspot_id = manual.from_id)
           end as from_name,
       case manual.kind
           when 'team_company' then (select name
                                       from current_companies as companies
                                      where companies.portal_id = manual.portal_id
                                        and companies.hubspot_id = manual.to_id)
           when 'call_contact' then (
               select coalesce(nullif(trim(concat_ws(' ', firstname, lastname)), ''), email)
                 from current_contacts as contacts
                where contacts.portal_id = manual.portal_id
                  and contacts.hubspot_id = manual.to_id)
           else (select min(email) from user_keys as users where users.user_id = manual.to_id)
           end as to_name
  from manual_links as manual
 where manual.portal_id = %(portal_id)s
 order by manual.created_at desc, manual.kind, manual.from_id
 limit %(limit)s;
