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

