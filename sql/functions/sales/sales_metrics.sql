-- How did sales go? One row with the scalar metrics of a period, for an owner or (NULL) for all.
-- The view `metrics` says what each column means. "from" and "to" are the first and the last day in
-- the portal's time zone; NULL leaves that end open. The portal may be left out when there is one.
-- A pipeline narrows the deals; contacts and calls are in none, and count whole. Always one row:
-- sums and counts of nothing are 0, rates and averages of nothing are NULL.
create or replace function sales_metrics(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns setof sales_figures
    language sql stable
    set search_path from current
as $$
    select *
    from sales_by_period(
        sales_metrics.owner,
        array[coalesce(sales_metrics."from", '-infinity')],
        coalesce(sales_metrics."to", 'infinity'),
        sales_metrics.portal,
        sales_metrics.pipeline
    )
$$;
