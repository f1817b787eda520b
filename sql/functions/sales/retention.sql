-- Do customers stay? The won deals closing in the period by their payment status, with their value
-- and their share of all that have a status. Takes period, owner and portal as sales_metrics does.
-- Always shows the five known statuses, in their order, in any case. Other statuses follow under
-- their own name. Deals without a status come last, without a share.
create or replace function retention(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (payment_status text, deals bigint, amount numeric, share numeric)
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
    with known (place, status) as (
        values (1, 'Active'), (2, 'Paused'), (3, 'Stopped'), (4, 'Refunded'), (5, 'Completed')
    ),

    counted as (
        select initcap(nullif(trim(payment_status), '')) as status, count(*) as deals,
            sum(sale) as amount
        from sales_deals
        where
            portal_id = asked.portal_id
            and closedate >= asked.since
            and closedate < asked.until
            and is_won
            and (owner is null or owner_id = owner)
            and (pipeline is null or pipeline_id = pipeline)
        group by 1
    )

    select
        coalesce(status, 'Unknown'),
        coalesce(deals, 0),
        coalesce(amount, 0),
        case
            when status is not null
                then percentage(coalesce(deals, 0),
                    (sum(deals) filter (where status is not null) over ())::bigint)
        end
    from known
    full join counted using (status)
    order by place nulls last, status nulls last;
end
$$;
