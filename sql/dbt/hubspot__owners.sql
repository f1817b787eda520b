-- Who owns a record, and in which teams? One row for each owner, with the columns that the models
-- show of theirs: no model of the package, which joins its own tables. owner_full_name is first and
-- last name; NULL where there is neither. Owners who left are kept. Roles are NULL: HubSpot tells
-- them in its settings, which Spoke does not read.
create or replace view hubspot__owners with (security_invoker = true) as
select
    owner.portal_id,
    owner.hubspot_id,
    record_id(owner.hubspot_id) as owner_id,
    record_id(owner.raw_json ->> 'userId') as owner_active_user_id,
    owner.email as owner_email_address,
    nullif(trim(concat_ws(' ', trim(owner.firstname), trim(owner.lastname))), '')
        as owner_full_name,
    teams.owner_primary_team_id,
    teams.owner_primary_team_name,
    teams.owner_all_team_ids,
    teams.owner_all_team_names,
    null::bigint as owner_role_id,
    null::text as owner_role_name
from hubspot_owners as owner
cross join lateral (
    select
        min(record_id(team ->> 'id')) filter (where team -> 'primary' = 'true')
            as owner_primary_team_id,
        min(team ->> 'name') filter (where team -> 'primary' = 'true') as owner_primary_team_name,
        string_agg(team ->> 'id', ',' order by record_id(team ->> 'id')) as owner_all_team_ids,
        string_agg(team ->> 'name', ',' order by record_id(team ->> 'id')) as owner_all_team_names
    from jsonb_path_query(owner.raw_json, '$.teams[*]') as team
) as teams;
