-- The time zone of a portal, as HubSpot says it. UTC for a portal that is not registered, and for a
-- zone that this PostgreSQL does not know. Tries the zone instead of reading PostgreSQL's list of
-- zones: the list takes longer than most metrics.
create or replace function portal_zone(portal bigint)
    returns text
    language plpgsql stable
    set search_path from current
as $$
declare
    zone text := coalesce((select portals.time_zone from portals where portals.portal_id = portal),
        'UTC');
begin
    perform now() at time zone zone;
    return zone;
exception when invalid_parameter_value then
    return 'UTC';
end
$$;
