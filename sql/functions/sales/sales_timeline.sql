-- How did sales go over time? The rows of sales_metrics for each day (up to 31 days), each week
-- from Monday (up to 90 days) or else each month of a period. An open end is where the portal's
-- data ends; without data there are no rows. The first and the last row are cut at the period's
-- ends, so that sums add up to the period's. Leaves no day out: where nothing happened, sums and
-- counts are 0.
create or replace function sales_timeline(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns setof sales_figures
    language plpgsql stable
    set search_path from current
as $$
declare
    asked bigint := asked_portal(portal);
    data record;
    unit text;
begin
    if "from" is null or "to" is null then
        data := sales_bounds(asked);
        "from" := coalesce("from", data.begins);
        "to" := coalesce("to", greatest(data.ends, "from"));
    end if;
    unit := case when "to" - "from" < 31 then 'day' when "to" - "from" < 90 then 'week'
        else 'month' end;
    return query
    select *
    from sales_by_period(
        owner,
        array(
            select greatest(first_day::date, "from")
            from generate_series(
                date_trunc(unit, "from"::timestamp), "to"::timestamp, ('1 ' || unit)::interval
            ) as first_day
        ),
        "to",
        asked,
        pipeline
    );
end
$$;
