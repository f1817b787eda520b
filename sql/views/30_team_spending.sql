-- What has the company behind this team spent? For success managers: one row per team, with the company that fits best.
-- A link set by hand wins (manual_links); else names decide, in this order: the same; one within the other as
-- whole words; alike in sound and half in spelling; alike in spelling (see name_key for what a name is). link_score is
-- the share of the spelling they have in common. Of several companies: best rule, best score, most spend, lowest id.
-- Deliberately adds up deals, each once per company, never transactions, and never by way of members: that multiplies.
-- Teams whose company nobody can tell are left out. A company may be the best for two teams: do not add the rows up.
create or replace view team_spending with (security_invoker = true) as
with spending as (
    select
        links.portal_id,
        links.company_id,
        sum(links.amount) as total_spend,
        sum(links.amount) filter (
            where coalesce(stages.is_won, deals.dealstage = 'closedwon')
        ) as won_spend
    from company_deals as links
    join current_deals as deals on deals.portal_id = links.portal_id and deals.hubspot_id = links.deal_id
    left join pipeline_stages as stages
        on stages.portal_id = deals.portal_id
        and stages.object_type = 'deals'
        and stages.pipeline_id = deals.pipeline
        and stages.stage_id = deals.dealstage
    group by links.portal_id, links.company_id
),

named_teams as materialized (
    select team_id::text as team_id, team_name, name_key(team_name) as key
    from business.teams
),

named_companies as materialized (
    select portal_id, hubspot_id as company_id, name as company_name, name_key(name) as key
    from current_companies
),

-- A name can only be within another if its first word is one of the other's words: that makes it a hash join.
company_words as (
    select portal_id, company_id, key, word
    from named_companies
    cross join unnest(string_to_array(key, ' ')) as word
),

team_words as (
    select team_id, key, word
    from named_teams
    cross join unnest(string_to_array(key, ' ')) as word
),

pairs as (
    select portal_id, to_id as company_id, from_id as team_id, 1 as rule
    from manual_links
    where kind = 'team_company'
    union all
    select companies.portal_id, companies.company_id, teams.team_id, 2
    from named_companies as companies
    join named_teams as teams using (key)
    union all
    select words.portal_id, words.company_id, teams.team_id, 3
    from company_words as words
    join named_teams as teams on split_part(teams.key, ' ', 1) = words.word
    where strpos(' ' || words.key || ' ', ' ' || teams.key || ' ') > 0
    union all
    select companies.portal_id, companies.company_id, words.team_id, 3
    from team_words as words
    join named_companies as companies on split_part(companies.key, ' ', 1) = words.word
    where strpos(' ' || words.key || ' ', ' ' || companies.key || ' ') > 0
    union all
    select companies.portal_id, companies.company_id, teams.team_id, 4
    from named_companies as companies
    join named_teams as teams on soundex(companies.key) = soundex(teams.key)
    where soundex(teams.key) <> '' and similarity(companies.key, teams.key) >= 0.5::real
    union all
    select spelled.portal_id, spelled.company_id, teams.team_id, 5
    from companies_spelled_like(array(select key from named_teams)) as spelled
    join named_teams as teams on teams.key = spelled.name_key
),

scored as (
    select
        pairs.*,
        companies.company_name,
        teams.team_name,
        case pairs.rule when 1 then 1 else similarity(companies.key, teams.key) end as score
    from pairs
    join named_companies as companies using (portal_id, company_id)
    join named_teams as teams using (team_id)
)

select distinct on (portal_id, team_id)
    portal_id,
    company_id,
    company_name,
    team_id,
    team_name,
    coalesce(spending.total_spend, 0) as total_team_spend,
    coalesce(spending.won_spend, 0) as won_team_spend,
    (array['manual', 'exact', 'contained', 'sound', 'spelling'])[rule] as link_rule,
    round(score::numeric, 3) as link_score
from scored
left join spending using (portal_id, company_id)
order by
    portal_id, team_id, rule, score desc, total_team_spend desc, length(company_id), company_id, team_name;
