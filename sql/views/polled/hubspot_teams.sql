-- Which teams has the HubSpot account, and who is in them? One row for each team; ids are those of
-- hubspot_users. Not business.teams, which are the company's own. Leaves out the order of teams.
create or replace view hubspot_teams with (security_invoker = true) as
select
    portal_id,
    key as hubspot_team_id,
    raw_json ->> 'name' as hubspot_team_name,
    array(select jsonb_array_elements_text(coalesce(raw_json -> 'userIds', '[]'))) as user_ids,
    array(select jsonb_array_elements_text(coalesce(raw_json -> 'secondaryUserIds', '[]')))
        as secondary_user_ids,
    synced_at,
    gone_at
from hubspot_polled
where family = 'hubspot_teams';
