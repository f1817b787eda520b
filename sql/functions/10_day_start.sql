-- When does a day begin in a portal's time zone? For periods: from day_start(first) to just before day_start(last + 1).
-- UTC for a portal that is not registered, and for a zone that this PostgreSQL does not know.
-- Where clocks go back over midnight it comes twice; the day begins with the first, PostgreSQL alone takes the second.
-- Deliberately no shortcut over 24 hours: days of 23 and 25 hours exist.
create or replace function day_start(portal bigint, day date)
    returns timestamptz
    language plpgsql stable
    set search_path from current
as $$
declare
    zone text := coalesce((select portals.time_zone from portals where portals.portal_id = portal), 'UTC');
    midnight timestamptz;
begin
    begin
        midnight := day::timestamp at time zone zone;
    exception when invalid_parameter_value then
        return day::timestamp at time zone 'UTC';
    end;
    if ((midnight - interval '1 hour') at time zone zone)::date = day then
        return midnight - interval '1 hour';
    end if;
    return midnight;
end
$$;
