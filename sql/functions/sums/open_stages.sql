-- In which stages do a portal's open deals lie? Answers all stages that have deals and that not
-- every pipeline calls won or lost. So an index finds the open deals among any number of closed
-- ones. Whether a deal is open, sales_deals says. Leaves out deals without a stage.
create or replace function open_stages(portal bigint)
    returns text[]
    language sql stable
    set search_path from current
as $$
    with recursive stages as (
        (
            select dealstage from hubspot_deals_raw
            where portal_id = open_stages.portal and dealstage > ''
                and not archived and merged_into is null
            order by dealstage
            limit 1
        )
        union all
        select later.dealstage
        from stages
        cross join lateral (
            select dealstage from hubspot_deals_raw
            where portal_id = open_stages.portal and dealstage > stages.dealstage
                and not archived and merged_into is null
            order by dealstage
            limit 1
        ) as later
    ),

    closed as (
        select stage_id
        from pipeline_stages
        where portal_id = open_stages.portal and object_type = 'deals'
        group by stage_id
        having bool_and(coalesce(is_won or is_lost, false))
    )

    select coalesce(array_agg(dealstage), '{}')
    from stages
    where dealstage not in (select stage_id from closed)
$$;
