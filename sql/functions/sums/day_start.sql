-- When does a day begin in a portal's time zone? A period goes from day_start(first) to just before
-- day_start(last + 1). Where clocks go back over midnight, midnight comes twice: the day begins
-- with the first, while PostgreSQL alone takes the second. Adds no 24 hours to the day before: days
-- of 23 and 25 hours exist.
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
