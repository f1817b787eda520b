-- Which links between teams and companies should somebody look at? One row per team, with the
-- company that is linked or would be, the runner-up and why it is uncertain. The part of
-- uncertain_links that is about teams. Not linked: 'rules disagree': an exact name says one
-- company, the members' domain another, or the domain is a brand's and the names say two of its
-- branches; 'low score': below 0.6; 'other domain': the company's is another than the members';
-- 'several': the name is only alike, and would be a guess. Linked: 'only alike': by sound or
-- spelling; 'close runner-up': by the same rule, less than 0.1 behind. Leaves out what is settled by hand, and teams
-- for which there is no candidate at all.
create or replace view uncertain_team_links with (security_invoker = true) as
with ranked as (
    select
        links.*,
        row_number() over per_team as number,
        lead(links.company_id) over per_team as runner_up_id,
        lead(link_rule) over per_team as runner_up_rule,
        lead(link_score) over per_team as runner_up_score
    from team_links as links
    window per_team as (partition by links.portal_id, links.team_id
        order by place, length(links.company_id), links.company_id)
),

judged as (
    select
        ranked.*,
        case
            when doubt is not null then doubt
            when link_rule in ('sound', 'spelling') then 'only alike'
            when runner_up_rule = link_rule and link_score - runner_up_score < 0.1
                then 'close runner-up'
        end as why
    from ranked
    where number = 1
)

select
    judged.portal_id,
    'team_company' as kind,
    judged.team_id as from_id,
    teams.team_name as from_name,
    judged.company_id as to_id,
    companies.name as to_name,
    judged.doubt is null as linked,
    judged.why,
    judged.link_rule,
    judged.link_score,
    judged.runner_up_id,
    runner_up.name as runner_up_name,
    judged.runner_up_rule,
    judged.runner_up_score
from judged
join current_companies as companies on companies.portal_id = judged.portal_id
    and companies.hubspot_id = judged.company_id
join business.teams as teams on teams.team_id::text = judged.team_id
left join current_companies as runner_up
    on runner_up.portal_id = judged.portal_id and runner_up.hubspot_id = judged.runner_up_id
left join manual_links as manual
    on manual.portal_id = judged.portal_id and manual.kind = 'team_company'
        and manual.from_id = judged.team_id
where judged.why is not null and manual.kind is null;
