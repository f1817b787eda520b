-- Rounds: what no event tells of is found again, a slice of a portal's ids in each transaction.

-- name: rounds_in_turn
-- Every round of every portal: first the one that was cut, then the one that ended longest ago.
select portals.portal_id, registered.name
  from portals
 cross join unnest(%(names)s::text[]) with ordinality as registered (name, place)
  left join rounds
       on rounds.portal_id = portals.portal_id and rounds.name = registered.name
 order by coalesce(reached, '') = '', finished_at nulls first, portals.portal_id, place;

-- name: begin_slice
-- Answers up to which id the round has come, and no row where another process is at it.
with begun as (
    insert into rounds (portal_id, name) values (%(portal_id)s, %(name)s)
        on conflict do nothing
    returning reached
),
standing as (
    select reached from rounds
     where portal_id = %(portal_id)s and name = %(name)s
       for update skip locked
)
select reached from begun union all select reached from standing;

-- name: end_slice
-- Without an id the round is at its end, and the next one begins at the first id.
update rounds
   set reached = coalesce(%(upto)s, ''),
       finished_at = case when %(upto)s::text is null then now() else finished_at end
 where portal_id = %(portal_id)s and name = %(name)s;

-- name: slice_of_teams
-- Each slice_of_…: the last of the next ids, or NULL where fewer than `at_most` are left.
select max(team_id) as upto
  from (select distinct team_id
          from team_links
         where portal_id = %(portal_id)s and team_id > %(above)s
         order by team_id
         limit %(at_most)s) as ids
having count(*) = %(at_most)s;

-- name: slice_of_calls
select max(call_id) as upto
  from (select call_id
          from call_links
         where portal_id = %(portal_id)s and call_id > %(above)s
         order by call_id
         limit %(at_most)s) as ids
having count(*) = %(at_most)s;

-- name: slice_of_contacts
select max(hubspot_id) as upto
  from (select hubspot_id
          from hubspot_contacts_raw
         where portal_id = %(portal_id)s and hubspot_id > %(above)s
         order by hubspot_id
         limit %(at_most)s) as ids
having count(*) = %(at_most)s;

-- name: refresh_link_doubts
select refresh_link_doubts(%(name)s, %(portal_id)s, %(above)s, %(upto)s);

-- name: refresh_user_spend
select refresh_user_spend(%(portal_id)s, %(above)s, %(upto)s);

-- name: refresh_number_owners
select refresh_number_owners(%(portal_id)s, %(above)s, %(upto)s);
