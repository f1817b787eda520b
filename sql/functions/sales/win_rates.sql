-- Where do won deals come from? The deals closing in the period by source, campaign or script
-- ("by"), with their win rate and what the won ones are worth. A source or campaign is the deal's
-- own, else that of its primary contact; a script is the contact's. Takes the arguments of
-- sales_metrics after it. A deal whose source, campaign or script is not known counts under NULL,
-- last.
create or replace function win_rates(
    "by" text, owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (
        value text, label text, deals bigint, won bigint, lost bigint, "winRate" numeric,
            revenue numeric
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
    if "by" not in ('source', 'campaign', 'script') or "by" is null then
        raise exception 'Win rates are by source, campaign or script, not by %.', "by"
            using errcode = 'invalid_parameter_value';
    end if;
    return query
    with closing as (
        select deals.is_won, deals.is_lost, deals.sale,
            nullif(trim(coalesce(own.value, person.value)), '') as value
        from sales_deals as deals
        left join lateral (
            select nullif(raw.raw_json -> 'properties' ->> case "by"
                when 'source' then 'hs_analytics_source' else 'hs_campaign' end, '') as value
            from hubspot_deals_raw as raw
            where "by" <> 'script'
                and raw.portal_id = deals.portal_id and raw.hubspot_id = deals.deal_id
            offset 0
        ) as own on true
        -- Asked of deals without an own value alone; the primary of several takes thrice as long.
        left join lateral (
            select case
                when cardinality(deals.contact_ids) = 1 then deals.contact_ids[1]
                when cardinality(deals.contact_ids) > 1 then (
                    select people.primary_contact_id
                    from deals_with_contacts as people
                    where people.portal_id = deals.portal_id and people.deal_id = deals.deal_id
                )
            end as contact_id
            where own.value is null
            offset 0
        ) as primary_one on true
        left join lateral (
            select case "by"
                when 'source' then raw_json -> 'properties' ->> 'hs_analytics_source'
                when 'campaign' then raw_json -> 'properties'
                    ->> 'hs_analytics_first_touch_converting_campaign'
                else sales_script_version
            end as value
            from hubspot_contacts_raw
            where portal_id = deals.portal_id and hubspot_id = primary_one.contact_id
                and not archived and merged_into is null
            offset 0
        ) as person on true
        where deals.portal_id = asked.portal_id
            and deals.closedate >= asked.since
            and deals.closedate < asked.until
            and (owner is null or deals.owner_id = owner)
            and (pipeline is null or deals.pipeline_id = pipeline)
    ),

    counted as (
        select value, count(*) as deals, count(*) filter (where is_won) as won,
            count(*) filter (where is_lost) as lost,
            coalesce(sum(sale) filter (where is_won), 0) as revenue
        from closing
        group by value
    )

    select value, coalesce(named.label, value, 'Unknown'), deals, won, lost,
        percentage(won, won + lost), revenue
    from counted
    left join lateral (
        select min(options.label) as label
        from property_options as options
        where options.portal_id = asked.portal_id and "by" = 'source'
            and options.object_type in ('deals', 'contacts')
            and options.property = 'hs_analytics_source' and options.value = counted.value
    ) as named on true
    order by value is null, won desc, deals desc, value;
end
$$;
