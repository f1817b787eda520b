-- How did sales go in consecutive periods? One row of the scalar sales metrics for each: `starts`
-- are their first days, "to" the last day of the last one. sales_metrics and sales_timeline both
-- read it, so that a metric means the same in both. Deals count by their close date, contacts by
-- their creation, calls by their time. An owner has the deals, contacts and calls that name that
-- owner; a call without an owner belongs to its contact's owner. The first call after a contact's
-- creation counts, by any owner and at any time. Rounds percentages only: sums and averages are
-- exact. A pipeline narrows the deals alone. A rate over a property that the portal has not is
-- NULL.
create or replace function sales_by_period(
    owner text, starts date[], "to" date, portal bigint, pipeline text
)
    returns setof sales_figures
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan  -- a day and ten years want different plans
    set enable_mergejoin = off  -- it would sort deals with all of their raw_json
    set work_mem = '64MB'
    set jit = off
as $$
#variable_conflict use_column
declare
    asked bigint := asked_portal(portal);
    edges timestamptz[] := day_starts(asked, starts);
    since timestamptz := edges[1];
    until timestamptz := day_start(asked, "to" + 1);
    defined text[] := defined_properties(
        asked, 'deals', '{qualified_status,trial_status,offer_given,offer_accepted}'
    );
begin
    perform asked_owner(asked, owner);
    return query
    with closing as (
        select *, width_bucket(closedate, edges) as period
        from sales_deals
        where portal_id = asked and closedate >= since and closedate < until
            and (owner is null or owner_id = owner)
            and (pipeline is null or pipeline_id = pipeline)
    ),

    of_deals as (
        select
            period,
            count(*) as deals,
            count(*) filter (where is_won) as won,
            count(*) filter (where is_lost) as lost,
            sum(sale) filter (where is_won) as sales,
            avg(sale) filter (where is_won and sale > 0) as sale_size,
            count(*) filter (where is_qualified) as qualified,
            count(*) filter (where is_trial) as on_trial,
            avg(installments) filter (where is_won and installments > 0) as installments,
            avg(extract(epoch from closedate - createdate))
                filter (where is_won) / 86400 as days_to_sale,
            sum(upfront) filter (where is_won and upfront > 0) as upfront,
            count(*) filter (where offer_given) as offers,
            count(*) filter (where offer_given and offer_accepted and is_won) as offers_won
        from closing
        group by period
    )

    select
        nullif(starts[period], '-infinity'),
        nullif(coalesce(starts[period + 1] - 1, "to"), 'infinity'),
        coalesce(of_deals.sales, 0),
        of_deals.sale_size,
        coalesce(of_deals.won, 0),
        percentage(of_deals.lost, of_deals.deals),
        percentage(of_contacts.customers, of_contacts.contacts),
        case when 'qualified_status' = any (defined)
            then percentage(of_deals.qualified, of_deals.deals) end,
        case when 'trial_status' = any (defined)
            then percentage(of_deals.on_trial, of_deals.deals) end,
        of_deals.installments,
        of_deals.days_to_sale,
        of_calls.ms::numeric / nullif(of_calls.timed, 0) / 60000,
        coalesce(of_calls.ms, 0)::numeric / 3600000,
        coalesce(of_deals.upfront, 0),
        percentage(of_calls.contacts_again, of_calls.contacts),
        coalesce(of_calls.calls, 0),
        percentage(of_calls.long, of_calls.calls),
        percentage(of_calls.connected, of_calls.calls),
        of_contacts.seconds_to_call / nullif(of_contacts.called, 0) / 86400,
        (of_calls.linked - of_calls.contacts)::numeric / nullif(of_calls.contacts, 0),
        case when 'offer_given' = any (defined)
            then percentage(of_deals.offers, of_deals.deals) end,
        case when defined @> '{offer_given,offer_accepted}'
            then percentage(of_deals.offers_won, of_deals.offers) end,
        coalesce(of_contacts.contacts, 0),
        percentage(of_deals.won, of_deals.won + of_deals.lost)
    from generate_subscripts(starts, 1) as period
    left join of_deals using (period)
    left join contacts_by_period(owner, starts, "to", asked) as of_contacts using (period)
    left join calls_by_period(owner, starts, "to", asked) as of_calls using (period)
    order by period;
end
$$;
