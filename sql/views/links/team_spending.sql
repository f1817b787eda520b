-- What has the company behind this team spent? For success managers: one row per team, with the
-- company that fits best. A link set by hand wins (manual_links: without a company the team has
-- none), then the e-mail domain of most members, then names. Names may be the same, one within the
-- other as whole words, alike in sound and half in spelling, or alike in spelling. link_rule and
-- link_score say which rule it was and how sure it is: see team_candidates. Of companies that
-- nothing tells apart: most spend, lowest id. Reads what team_links stores; uncertain_links shows
-- what to look at. Adds up what deals are worth in the company's money (sale in sales_deals), each
-- once per company. It adds no transactions, and never goes by way of members, which would
-- multiply. Leaves out teams whose company is not known. A company may be the best for two teams:
-- do not add the rows up.
create or replace view team_spending with (security_invoker = true) as
with spending as not materialized (
    select
        portal_id,
        company_id,
        sum(sale) as total_spend,
        sum(sale) filter (where is_won) as won_spend
    from (
        select distinct portal_id, deal_id, sale, is_won, company_id
        from sales_deals
        cross join unnest(company_ids) as company_id
        where sale is not null
    ) as deals
    group by portal_id, company_id
),

teams as (  -- a company's own view may show a team twice
    select team_id::text as team_id, min(team_name) as team_name from business.teams group by 1
),

alone as (
    select manual.portal_id, manual.from_id as team_id, survivor.hubspot_id as company_id,
        'manual' as link_rule,
        1::numeric as link_score
    from manual_links as manual
    join hubspot_companies_raw as named
        on named.portal_id = manual.portal_id and named.hubspot_id = manual.to_id
    join hubspot_companies_raw as survivor
        on survivor.portal_id = named.portal_id
        and survivor.hubspot_id = coalesce(named.merged_into, named.hubspot_id)
    where manual.kind = 'team_company'
    union all
    select links.portal_id, links.team_id, links.company_id, links.link_rule, links.link_score
    from team_links as links
    where links.place = 1 and links.doubt is null
        and not exists (
            select from manual_links as manual
            where manual.portal_id = links.portal_id and manual.kind = 'team_company'
                and manual.from_id = links.team_id
        )
        and not exists (
            select from team_links as rival
            where rival.portal_id = links.portal_id and rival.team_id = links.team_id
                and rival.place = 1
                and rival.company_id <> links.company_id
        )
),

-- Nothing but what they spent tells these companies apart. On their own, so that a question about
-- one company or a page need not sort all teams.
rivals as (
    select links.portal_id, links.team_id, links.company_id, links.link_rule, links.link_score
    from team_links as links
    where links.place = 1 and links.doubt is null
        and not exists (
            select from manual_links as manual
            where manual.portal_id = links.portal_id and manual.kind = 'team_company'
                and manual.from_id = links.team_id
        )
        and exists (
            select from team_links as rival
            where rival.portal_id = links.portal_id and rival.team_id = links.team_id
                and rival.place = 1
                and rival.company_id <> links.company_id
        )
),

best as (
    select distinct on (rivals.portal_id, rivals.team_id) rivals.*
    from rivals
    join company_keys as live on live.portal_id = rivals.portal_id
        and live.company_id = rivals.company_id
    left join spending on spending.portal_id = rivals.portal_id
        and spending.company_id = rivals.company_id
    order by rivals.portal_id, rivals.team_id, coalesce(spending.total_spend, 0) desc,
        length(rivals.company_id),
        rivals.company_id
)

select
    linked.portal_id,
    linked.company_id,
    companies.name as company_name,
    linked.team_id,
    teams.team_name,
    coalesce(spending.total_spend, 0) as total_team_spend,
    coalesce(spending.won_spend, 0) as won_team_spend,
    linked.link_rule,
    round(linked.link_score, 3) as link_score
from (select * from alone union all select * from best) as linked
join current_companies as companies on companies.portal_id = linked.portal_id
    and companies.hubspot_id = linked.company_id
join teams on teams.team_id = linked.team_id
left join spending on spending.portal_id = linked.portal_id
    and spending.company_id = linked.company_id;
