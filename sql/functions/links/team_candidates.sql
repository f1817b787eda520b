-- Which companies could be behind these teams, by which rule, how sure? One row for each pair and
-- rule: 1 domain: the e-mail domain of most members is the company's; score: the share of those
-- members. 2 exact, 3 contained (one name within the other as whole words), 4 sound (and half of
-- the spelling), 5 spelling (0.7 of it); score: the share of the spelling in common. Spelling
-- compares words in any order. Deliberately no pair is compared that no index names; whether a
-- candidate counts is link_teams' to say.
create or replace function team_candidates(ids text[])
    returns table (
        portal_id bigint, team_id text, company_id text, rule integer, score numeric, alike real,
        name_key text, other_domain boolean
    )
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_seqscan = off
    set pg_trgm.similarity_threshold = 0.49999
as $$
#variable_conflict use_column
begin
    return query
    with teams as materialized (
        select team.*
        from (select distinct unnest(ids) as team_id) as wanted
        cross join lateral (select * from team_keys where team_id = wanted.team_id offset 0) as team
    ),

    runs as materialized (  -- every run of words of a team's name that is shorter than the name
        select teams.team_id, array_to_string(words[first : last], ' ') as run
        from teams
        cross join lateral (select (string_to_array(teams.name_key, ' '))[: 12] as words) as split
        cross join lateral generate_series(1, cardinality(words)) as first
        cross join lateral generate_series(first, cardinality(words)) as last
        where last - first + 1 < cardinality(words)
    ),

    pairs as (
        select teams.team_id, found.portal_id, found.company_id, 1 as rule
        from teams
        cross join lateral (
            select portal_id, company_id from company_keys
                where domain_key = teams.domain_key offset 0
        ) as found
        union all
        select teams.team_id, found.portal_id, found.company_id, 2
        from teams
        cross join lateral (
            select portal_id, company_id from company_keys where name_key = teams.name_key offset 0
        ) as found
        union all
        select teams.team_id, found.portal_id, found.company_id, 3
        from teams
        cross join lateral (
            select portal_id, company_id from company_keys
            where ' ' || name_key || ' ' like '% ' || teams.name_key || ' %'
                and name_key <> teams.name_key
            limit 50
        ) as found
        union all
        select runs.team_id, found.portal_id, found.company_id, 3
        from runs
        cross join lateral (
            select portal_id, company_id from company_keys where name_key = runs.run offset 0
        ) as found
        union all
        select teams.team_id, found.portal_id, found.company_id,
            case when sounds_alike(found.name_key, teams.name_key) then 4 else 5 end
        from teams
        cross join lateral (
            select portal_id, company_id, name_key from company_keys
                where name_key operator(extensions.%) teams.name_key offset 0
        ) as found
        where extensions.similarity(found.name_key, teams.name_key) >= 0.69999
            or sounds_alike(found.name_key, teams.name_key)
    )

    select pairs.portal_id, pairs.team_id, pairs.company_id, pairs.rule,
        case pairs.rule when 1 then teams.domain_share
            else extensions.similarity(companies.name_key, teams.name_key)::numeric end,
        coalesce(extensions.similarity(companies.name_key, teams.name_key), 0),
        companies.name_key,
        coalesce(companies.domain_key <> teams.domain_key, false)
    from (select distinct * from pairs) as pairs
    join teams using (team_id)
    cross join lateral (
        select * from company_keys
        where portal_id = pairs.portal_id and company_id = pairs.company_id
        offset 0
    ) as companies;
end
$$;
