-- What has the company behind this team spent? For success managers: one row per team, with the company that fits best.
-- A link set by hand wins (company_team_links); else names decide: the same, one inside the other as whole words, alike in
-- sound and spelling, or alike in spelling. Of several companies: best rule, best score, most spend, lowest id.
-- Deliberately adds up deals only, each once, never transactions, and never through the team's members: that multiplies.
-- Teams whose company nobody can tell are left out. A company may be the best for two teams: do not add the rows up.
create or replace view team_spending with (security_invoker = true) as
with spending as (
    select
        links.portal_id,
        links.company_id,
        sum(links.amount) as total_spend,
        sum(links.amount) filter (
            where coalesce(stages.is_won, stages.stage_id is null and deals.dealstage = 'closedwon')
        ) as won_spend
    from company_deals as links
    join deals on deals.portal_id = links.portal_id and deals.hubspot_id = links.deal_id
    left join pipeline_stages as stages
        on stages.portal_id = deals.portal_id
        and stages.object_type = 'deals'
        and stages.pipeline_id = deals.pipeline
        and stages.stage_id = deals.dealstage
    group by links.portal_id, links.company_id
),

named_teams as (
    select team_id::text as team_id, team_name, name_key(team_name) as key
    from business.teams
),

named_companies as (
    select portal_id, hubspot_id as company_id, name as company_name, name_key(name) as key
    from companies
),

pairs as (
    select
        companies.*,
        teams.team_id,
        teams.team_name,
        similarity(companies.key, teams.key) as score,
        case
            when companies.key = teams.key then 2
            when strpos(' ' || companies.key || ' ', ' ' || teams.key || ' ') > 0 then 3
            when strpos(' ' || teams.key || ' ', ' ' || companies.key || ' ') > 0 then 3
            when soundex(companies.key) = soundex(teams.key) and similarity(companies.key, teams.key) >= 0.5 then 4
            when similarity(companies.key, teams.key) >= 0.7 then 5
        end as rule
    from named_companies as companies
    cross join named_teams as teams
    union all
    select companies.*, teams.team_id, teams.team_name, 1, 1
    from company_team_links as links
    join named_companies as companies using (portal_id, company_id)
    join named_teams as teams using (team_id)
)

select distinct on (portal_id, pairs.team_id)
    portal_id,
    company_id,
    pairs.company_name,
    pairs.team_id,
    pairs.team_name,
    coalesce(spending.total_spend, 0) as total_team_spend,
    coalesce(spending.won_spend, 0) as won_team_spend,
    (array['manual', 'exact', 'contained', 'sound', 'spelling'])[pairs.rule] as link_rule,
    round(pairs.score::numeric, 3) as link_score
from pairs
left join spending using (portal_id, company_id)
where pairs.rule is not null
order by
    portal_id, pairs.team_id, pairs.rule, pairs.score desc, spending.total_spend desc nulls last, length(company_id), company_id;
