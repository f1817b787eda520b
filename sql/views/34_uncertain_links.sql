-- Which links should somebody look at? One row per team, call and contact whose link is uncertain, worst first: what is
-- not linked although something fits, then by link_score. kind is that of manual_links: a row there settles it, and it
-- is gone from here. why says what is wrong; each kind's own view explains its reasons.
-- Deliberately leaves out what nobody could decide: where there is no candidate at all.
create or replace view uncertain_links with (security_invoker = true) as
select * from uncertain_team_links
union all
select * from uncertain_call_links
union all
select * from uncertain_user_links
order by linked, link_score, kind, portal_id, from_id;
