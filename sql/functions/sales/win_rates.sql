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
            nullif(trim(case "by"
                when 'source' then coalesce(
                    nullif(own.properties ->> 'hs_analytics_source', ''),
                    person.properties ->> 'hs_analytics_source')
                when 'campaign' then coalesce(
                    nullif(own.properties ->> 'hs_campaign', ''),
                    person.properties ->> 'hs_analytics_first_touch_converting_campaign')
                else person.properties ->> 'sales_script_version'
            end), '') as value
        from sales_deals as deals
        cross join lateral (
            select raw.raw_json -> 'properties' as properties, people.primary_contact_id
            from hubspot_deals_raw as raw
            left join deals_with_contacts as people
                on people.portal_id = raw.portal_id and people.deal_id = raw.hubspot_id
            where raw.portal_id = deals.portal_id and raw.hubspot_id = deals.deal_id
            offset 0
        ) as own
        left join lateral (
            select raw_json -> 'properties'
                || jsonb_build_object('sales_script_version', sales_script_version) as properties
            from hubspot_contacts_raw
            where portal_id = deals.portal_id and hubspot_id = own.primary_contact_id
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
