-- Store the best candidates of these teams, best first: by score, whatever the rule. place 1 is the
-- company behind the team; where nothing tells two companies apart both have it, and team_spending
-- takes the one with more deals. A doubt keeps a candidate from being linked, and uncertain_links
-- shows it: rules disagree: an exact name says one company, the members' domain another, or the
-- domain is a brand's and the names say two of its branches; low score: under 0.6; other domain:
-- its domain is known and another than that of the members, as it is of many firms of one name;
-- several: only alike, and another name fits as well (within 0.05) or better. Leaves out links by
-- hand: manual_links holds them, and they win wherever this is read.
create or replace function link_teams(ids text[])
    returns void
    language plpgsql
    set search_path from current
as $$
begin
    delete from team_links where team_id = any (ids);
    insert into team_links (portal_id, team_id, company_id, link_rule, link_score, place, doubt,
        other_domain)
    with candidates as materialized (
        select found.*, found.rule in ('contained', 'sound', 'spelling') as only_alike,
            by_domain and fit is null
                and is_other_branch(found.name_key, team.name_key, team.domain_key) as other_branch
        from team_candidates(ids) as found
        join team_keys as team using (team_id)
    ),

    doubted as (
        select
            candidates.*,
            case
                when bool_or(is_exact) over per_team and bool_or(by_domain) over per_team
                    and not bool_or(is_exact and by_domain) over per_team
                    or other_branch
                    then 'rules disagree'
                when score < 0.6 then 'low score'
                when not by_domain and other_domain then 'other domain'
                when only_alike and exists (
                    select from candidates as rival
                    where rival.portal_id = candidates.portal_id
                        and rival.team_id = candidates.team_id
                        and rival.name_key <> candidates.name_key
                        and not rival.other_domain
                        and rival.score >= candidates.score - 0.05
                ) then 'several'
            end as doubt
        from candidates
        window per_team as (partition by portal_id, team_id)
    ),

    placed as (
        select
            doubted.*,
            dense_rank() over (
                partition by portal_id, team_id
                    order by doubt is not null, score desc, by_domain desc, other_domain, alike desc
            ) as place,
            row_number() over (
                partition by portal_id, team_id
                order by doubt is not null, score desc, by_domain desc, other_domain, alike desc,
                    length(company_id), company_id
            ) as number
        from doubted
    )

    select portal_id, team_id, company_id, rule, round(score, 3), place, doubt,
        other_domain
    from placed
    where number <= 8 or place = 1;
end
$$;
