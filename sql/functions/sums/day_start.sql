-- When does a day begin in a portal's time zone? For periods: from day_start(first) to just before
-- day_start(last + 1). Where clocks go back over midnight it comes twice; the day begins with the
-- first, PostgreSQL alone takes the second. Deliberately no shortcut over 24 hours: days of 23 and
-- 25 hours exist.
create or replace function day_start(portal bigint, day date)
    returns timestamptz
    language plpgsql stable
    set search_path from current
as $$
declare
    zone text := portal_zone(portal);
    midnight timestamptz := day::timestamp at time zone zone;
begin
    if ((midnight - interval '1 hour') at time zone zone)::date = day then
        return midnight - interval '1 hour';
    end if;
    return midnight;
end
$$;
