-- Where do we lose people? The steps from a contact to a won deal in a period: how many came that
-- far, the value of their deals, and the share of the step before. Period, owner and portal are
-- those of sales_metrics. From the second step on each holds a part of the one before: of the deals
-- closing in the period the qualified ones, of these the ones with an offer, and so on. Leaves out
-- an amount for contacts, and how long deals stayed in a stage: deal_stage_durations says that.
create or replace function sales_funnel(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null
)
    returns table (step integer, name text, reached bigint, amount numeric, rate numeric)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to");
begin
    return query
    with created as (
        select count(*) as contacts
        from current_contacts as contacts
        where
            portal_id = asked.portal_id
            and createdate >= asked.since
            and createdate < asked.until
            and (owner is null or hubspot_owner_id = owner)
    ),

    closing as (
        select
            sale,
            case
                when not is_qualified then 2
                when not offer_given then 3
                when not offer_accepted then 4
                when not is_won then 5
                else 6
            end as furthest
        from sales_deals
        where portal_id = asked.portal_id and closedate >= asked.since and closedate < asked.until
            and (owner is null or owner_id = owner)
    ),

    steps as (
        select
            place,
            title,
            case when place = 1 then (select contacts from created) else count(furthest)
                end as reached,
            case when place > 1 then coalesce(sum(sale), 0) end as amount
        from (
            values
            (1, 'contacts'), (2, 'deals'), (3, 'qualified'), (4, 'offer given'),
                (5, 'offer accepted'), (6, 'won')
        ) as named (place, title)
        left join closing on named.place between 2 and closing.furthest
        group by place, title
    )

    select place, title, reached, amount, percentage(reached, lag(reached) over (order by place))
    from steps
    order by place;
end
$$;
