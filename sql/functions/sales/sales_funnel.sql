-- Where do we lose people? The steps from a contact to a won deal in a period: how many came that
-- far, the value of their deals, and the share of the step before. Takes period, owner and portal
-- as sales_metrics does. From the second step on each holds a part of the one before. The second
-- holds the deals closing in the period, the next the qualified ones of these, the next the ones
-- with an offer, and so on. A step is there where the portal defines its property; without any of
-- them there are no rows. stage_funnel needs no property. Leaves out an amount for contacts, and
-- how long deals stayed in a stage: deal_stage_durations says that.
create or replace function sales_funnel(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (step integer, name text, reached bigint, amount numeric, rate numeric)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
    asked_of integer[] := array(
        select place + 2
        from unnest('{qualified_status,trial_status,offer_given,offer_accepted}'::text[])
            with ordinality as wanted (name, place)
        where name = any (defined_properties(asked.portal_id, 'deals', array[name]))
    );
begin
    return query
    with created as (  -- from sums by day: the contacts of all time are not read
        select coalesce(sum(counted.contacts), 0)::bigint as contacts
        from contacts_by_period(
            owner, array[coalesce("from", date '0001-01-01')],
            coalesce("to", date '9999-12-30'), asked.portal_id
        ) as counted
    ),

    closing as (
        select
            sale,
            case
                when 3 = any (asked_of) and not is_qualified then 2
                when 4 = any (asked_of) and not is_trial then 3
                when 5 = any (asked_of) and not offer_given then 4
                when 6 = any (asked_of) and not offer_accepted then 5
                when not is_won then 6
                else 7
            end as furthest
        from sales_deals
        where portal_id = asked.portal_id and closedate >= asked.since and closedate < asked.until
            and (owner is null or owner_id = owner)
            and (pipeline is null or pipeline_id = pipeline)
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
            (1, 'contacts'), (2, 'deals'), (3, 'qualified'), (4, 'trial'), (5, 'offer given'),
                (6, 'offer accepted'), (7, 'won')
        ) as named (place, title)
        left join closing on named.place between 2 and closing.furthest
        where place in (1, 2, 7) or place = any (asked_of)
        group by place, title
    )

    select (row_number() over (order by place))::integer, title, reached, amount,
        percentage(reached, lag(reached) over (order by place))
    from steps
    where cardinality(asked_of) > 0
    order by place;
end
$$;
