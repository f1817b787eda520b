-- Store the best candidates of these teams, best first: by rule, then score, then spelling. place 1
-- is the company behind the team; where nothing tells two companies apart both have it, and
-- team_spending takes the one with more deals. A doubt keeps a candidate from being linked: its
-- domain is known and another than that of the members, or several companies contain the name about
-- as well (within 0.05, or more than five of them). A name alone would be a guess then.
-- Deliberately knows nothing of links by hand: those are in manual_links, and win wherever this is
-- read.
create or replace function link_teams(ids text[])
    returns void
    language plpgsql
    set search_path from current
as $$
begin
    delete from team_links where team_id = any (ids);
    insert into team_links (portal_id, team_id, company_id, link_rule, link_score, place, doubt)
    with candidates as (
        select distinct on (portal_id, team_id, company_id) *
        from team_candidates(ids)
        order by portal_id, team_id, company_id, rule
    ),

    names as (
        select portal_id, team_id, name_key, alike
        from candidates
        where rule = 3 and not other_domain
        group by portal_id, team_id, name_key, alike
    ),

    rivals as (
        select
            portal_id,
            team_id,
            name_key,
            count(*) over (partition by portal_id, team_id) > 5
                or alike - lag(alike) over by_alike < 0.05
                or lead(alike) over by_alike - alike < 0.05 as several
        from names
        window by_alike as (partition by portal_id, team_id order by alike)
    ),

    doubted as (
        select
            candidates.*,
            case
                when rule >= 3 and other_domain then 'other domain'
                when rule = 3 and rivals.several then 'several'
            end as doubt
        from candidates
        left join rivals using (portal_id, team_id, name_key)
    ),

    placed as (
        select
            doubted.*,
            dense_rank() over (
                partition by portal_id, team_id
                    order by doubt is not null, rule, score desc, alike desc
            ) as place,
            row_number() over (
                partition by portal_id, team_id
                order by doubt is not null, rule, score desc, alike desc, length(company_id),
                    company_id
            ) as number
        from doubted
    )

    select portal_id, team_id, company_id,
        (array['domain', 'exact', 'contained', 'sound', 'spelling'])[rule],
        round(score, 3), place, doubt
    from placed
    where number <= 8 or place = 1;
end
$$;
