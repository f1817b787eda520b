-- Which deals are there, in words? One row for each deal: the labels of its stage and pipeline, its
-- owner's name, whether it was won or lost, its worth, and its primary company. It is for reports
-- without joins. sale is what the metrics count; amount is as it came. The primary company is the
-- one that HubSpot labels so, else the one with the lowest id; archived companies are none.
-- split_owner_ids are the owners who share a deal by deal splits; the whole sale counts for its own
-- owner all the same, because HubSpot tells the shares nowhere among its properties. Leaves out
-- archived and merged deals, and all other properties: join deals for them.
create or replace view deals_readable with (security_invoker = true) as
select
    deals.portal_id,
    deals.deal_id,
    raw.dealname as deal_name,
    raw.amount,
    deals.sale,
    deals.pipeline_id,
    coalesce(stages.pipeline_label, deals.pipeline_id) as pipeline_label,
    deals.stage_id,
    coalesce(stages.stage_label, deals.stage_id) as stage_label,
    deals.is_won,
    deals.is_lost,
    not deals.is_won and not deals.is_lost as is_open,
    deals.owner_id,
    coalesce(owners.owner_name, deals.owner_id) as owner_name,
    company.company_id as primary_company_id,
    company.company_name as primary_company_name,
    deals.createdate,
    deals.closedate,
    string_to_array(nullif(trim(
        raw.raw_json -> 'properties' ->> 'hs_all_deal_split_owner_ids', ' ;'), ''), ';')
        as split_owner_ids
from sales_deals as deals
join hubspot_deals_raw as raw
    on raw.portal_id = deals.portal_id and raw.hubspot_id = deals.deal_id
left join pipeline_stages as stages
    on stages.portal_id = deals.portal_id
    and stages.object_type = 'deals'
    and stages.pipeline_id = deals.pipeline_id
    and stages.stage_id = deals.stage_id
left join owners on owners.portal_id = deals.portal_id and owners.owner_id = deals.owner_id
left join lateral (
    select companies.hubspot_id as company_id, companies.name as company_name
    from unnest(raw.company_ids) as linked (id)
    join current_companies as companies
        on companies.portal_id = deals.portal_id and companies.hubspot_id = linked.id
    order by
        not exists (
            select
            from jsonb_path_query(
                raw.raw_json, '$.associations.companies.results[*]'
            ) as link
            where link ->> 'id' = linked.id
                and (lower(trim(link ->> 'label')) = 'primary' or link ->> 'type' in
                    ('deal_to_company', 'primary_company'))
        ),
        length(linked.id),
        linked.id
    limit 1
) as company on true;
