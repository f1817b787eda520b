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

-- name: mark_contacts_from
-- Numbers of the next contacts that are not what they should be; of contacts that are gone, too.
-- Answers the last id, and no row where there is none above that id.
with slice as (
    select id
      from ((select hubspot_id as id
               from hubspot_contacts_raw
              where portal_id = %(portal_id)s and hubspot_id > %(above)s
              order by hubspot_id
              limit %(at_most)s)
            union
            (select distinct contact_id
               from contact_numbers
              where portal_id = %(portal_id)s and contact_id > %(above)s
              order by contact_id
              limit %(at_most)s)) as found
     order by id
     limit %(at_most)s
)
select max(id) as reached, key_contacts(%(portal_id)s, array_agg(id))
  from slice
having count(*) > 0;

-- name: mark_calls_from
-- Every call, a thousand a mark; calls that are gone but are linked, too.
with slice as (
    select id
      from ((select hubspot_id as id
               from hubspot_calls_raw
              where portal_id = %(portal_id)s and hubspot_id > %(above)s
                and not archived and merged_into is null
              order by hubspot_id
              limit %(at_most)s)
            union
            (select call_id
               from call_links
              where portal_id = %(portal_id)s and call_id > %(above)s
              order by call_id
              limit %(at_most)s)) as found
     order by id
     limit %(at_most)s
),
marked as (
    insert into link_marks (portal_id, call_ids)
    select %(portal_id)s, array_agg(id)
      from (select id, (row_number() over (order by id) - 1) / 1000 as part from slice) as parts
     group by part
     order by part
)
select max(id) as reached from slice having count(*) > 0;

-- name: mark_companies_from
-- Compare the keys of the next companies, which marks the teams that they concern.
with slice as (
    select id
      from ((select hubspot_id as id
               from hubspot_companies_raw
              where portal_id = %(portal_id)s and hubspot_id > %(above)s
              order by hubspot_id
              limit %(at_most)s)
            union
            (select company_id
               from company_keys
              where portal_id = %(portal_id)s and company_id > %(above)s
              order by company_id
              limit %(at_most)s)) as found
     order by id
     limit %(at_most)s
)
select max(id) as reached, key_companies(%(portal_id)s, array_agg(id))
  from slice
having count(*) > 0;

-- name: mark_teams_from
-- Every team, fifty a mark. They belong to no portal.
with slice as (
    select team_id from team_keys where team_id > %(above)s order by team_id limit %(at_most)s
),
marked as (
    insert into team_marks (portal_id, team_ids)
    select 0, array_agg(team_id)
      from (select team_id, row_number() over (order by team_id) / 50 as part from slice) as parts
     group by part
)
select max(team_id) as reached from slice having count(*) > 0;

-- name: waiting_link_marks
select (select count(*) from link_marks) + (select count(*) from team_marks) as waiting;

-- name: digest_of_suffixes
-- A digest of all rules. "C" sorts as Python does: by code points.
select md5(coalesce(
           string_agg(suffix || ' ' || kind, ',' order by suffix collate "C", kind collate "C"), ''
       )) as digest
  from public_suffixes;

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
