-- Who may use the HubSpot account, in which role and teams? One row for each user as HubSpot's
-- settings know them; owners has the names that records refer to. Leaves out what roles allow.
create or replace view hubspot_users with (security_invoker = true) as
select
    portal_id,
    key as hubspot_user_id,
    raw_json ->> 'email' as email,
    nullif(trim(concat_ws(' ', raw_json ->> 'firstName', raw_json ->> 'lastName')), '')
        as hubspot_user_name,
    coalesce(raw_json ->> 'roleId', raw_json #>> '{roleIds,0}') as role_id,
    raw_json ->> 'primaryTeamId' as primary_team_id,
    array(select jsonb_array_elements_text(coalesce(raw_json -> 'secondaryTeamIds', '[]')))
        as secondary_team_ids,
    property_boolean(raw_json ->> 'superAdmin') as is_super_admin,
    synced_at,
    gone_at
from hubspot_polled
where family = 'hubspot_users';
