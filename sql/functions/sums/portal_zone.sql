-- In which time zone does a portal live? As HubSpot says; UTC for a portal that is not registered.
-- A zone that this PostgreSQL does not know is an error: days of another zone would look right.
-- Asks PostgreSQL for the one zone and does not read its list of zones: the list takes longer than
-- most metrics.
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
    raise exception 'PostgreSQL does not know the time zone "%" of portal %.', zone, portal
        using errcode = 'invalid_parameter_value',
            hint = 'Correct it in the account''s defaults in HubSpot, or update PostgreSQL''s time'
                ' zones; the next refresh, within the hour, takes it over.';
end
$$;
