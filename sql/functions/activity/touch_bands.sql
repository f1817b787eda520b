-- Do deals with more touches win more often? The deals won or lost in the period by how many calls,
-- e-mails and meetings they had from creation to close, with the win rate and Wilson's interval of
-- it. They correlate: a deal that goes well is also called more often. Takes the arguments of
-- sales_metrics. Leaves out open deals.
create or replace function touch_bands(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (
        band text, fewest integer, deals bigint, won bigint, lost bigint, "winRate" numeric,
            low numeric, high numeric
    )
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
begin
    return query
    with bands (band, fewest, most) as (
        values ('0', 0, 0), ('1–2', 1, 2), ('3–5', 3, 5), ('6–10', 6, 10), ('11–20', 11, 20),
            ('21 or more', 21, null)
    ),

    counted as (
        select bands.band, bands.fewest, count(deals.deal_id) as deals,
            count(*) filter (where deals.is_won) as won,
            count(*) filter (where deals.is_lost) as lost
        from bands
        left join deal_activity as deals
            on deals.portal_id = asked.portal_id
            and deals.touches >= bands.fewest
            and deals.touches <= coalesce(bands.most, deals.touches)
            and (deals.is_won or deals.is_lost)
            and deals.closedate >= asked.since and deals.closedate < asked.until
            and (owner is null or deals.owner_id = owner)
            and (pipeline is null or deals.pipeline_id = pipeline)
        group by bands.band, bands.fewest
    )

    select band, fewest, deals, won, lost, percentage(won, deals), rates.low, rates.high
    from counted
    cross join lateral wilson(won, deals) as rates
    order by fewest;
end
$$;
