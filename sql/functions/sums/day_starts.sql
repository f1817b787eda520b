-- When does each of these days begin in a portal's time zone? In their order: for periods that
-- follow one another, each from its first day on.
create or replace function day_starts(portal bigint, days date[])
    returns timestamptz[]
    language sql stable
    set search_path from current
as $$
    select coalesce(array_agg(day_start(portal, listed.day) order by place), '{}')
    from unnest(days) with ordinality as listed (day, place)
$$;
