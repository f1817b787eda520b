-- Which companies could be behind these teams, by which rule, how sure? One row for each pair, with
-- the rule that scores best: domain (the e-mail domain of most members is the company's: 0.75 to
-- 0.99, by the share of those members; never where both names have numbers, and other ones), else a
-- rule of name_fit. `fit` is what the names
-- alone score, and `alike` orders companies of one domain. Deliberately no pair is compared that no
-- index names: those of one domain, of one name, one within the other, or half of the spelling.
-- Whether a candidate counts is link_teams' to say.
create or replace function team_candidates(ids text[])
    returns table (
        portal_id bigint, team_id text, company_id text, rule text, score numeric, alike real,
        name_key text, other_domain boolean, is_exact boolean, by_domain boolean,
        fit real
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

    forms as materialized (
        select team_id, form
        from teams
        cross join lateral unnest(array[name_key, umlaut_key]) as form
        where form is not null
    ),

    runs as materialized (  -- every run of words of a team's name, the whole of it, too
        select distinct forms.team_id, array_to_string(words[first : last], ' ') as run
        from forms
        cross join lateral (select (string_to_array(form, ' '))[: 12] as words) as split
        cross join lateral generate_series(1, cardinality(words)) as first
        cross join lateral generate_series(first, cardinality(words)) as last
        union
        select team_id, form from forms
    ),

    pairs as (
        select teams.team_id, found.portal_id, found.company_id
        from teams
        cross join lateral (
            select portal_id, company_id from company_keys
                where domain_key = teams.domain_key offset 0
        ) as found
        union
        select runs.team_id, found.portal_id, found.company_id
        from runs
        cross join lateral (
            select portal_id, company_id from company_keys where name_key = runs.run
            union all
            select portal_id, company_id from company_keys where umlaut_key = runs.run
        ) as found
        union
        select forms.team_id, found.portal_id, found.company_id
        from forms
        cross join lateral (
            (
                select portal_id, company_id from company_keys
                where ' ' || name_key || ' ' like '% ' || forms.form || ' %'
                limit 50
            )
            union all
            select portal_id, company_id from company_keys
            where replace(name_key, ' ', '') = replace(forms.form, ' ', '')
            union all
            select portal_id, company_id from company_keys
                where name_key operator(extensions.%) forms.form
            union all
            select portal_id, company_id from company_keys
                where umlaut_key operator(extensions.%) forms.form
        ) as found
    )

    select pairs.portal_id, pairs.team_id, pairs.company_id, best.rule, best.score::numeric,
        greatest(fit.score, extensions.similarity(companies.name_key, teams.name_key), 0::real),
        companies.name_key,
        coalesce(other_host(companies.domain_key, teams.domain_key), false),
        coalesce(fit.rule = 'exact' and fit.score = 1, false), domain.rule is not null,
        fit.score
    from pairs
    join teams using (team_id)
    cross join lateral (
        select * from company_keys
        where portal_id = pairs.portal_id and company_id = pairs.company_id
        offset 0
    ) as companies
    left join lateral (
        select tried.rule, tried.score
        from (values
            (companies.name_key, teams.name_key),
            (companies.umlaut_key, teams.name_key),
            (companies.name_key, teams.umlaut_key)
        ) as spelled (ours, theirs)
        cross join lateral name_fit(spelled.ours, spelled.theirs) as tried
        where tried.rule is not null
        order by tried.score desc, tried.rule
        limit 1
    ) as fit on true
    left join lateral (
        select 'domain' as rule, (0.75 + 0.24 * teams.domain_share)::real as score
        where companies.domain_key = teams.domain_key
            and (
                name_numbers(companies.name_key) = name_numbers(teams.name_key)
                or '{}' in (name_numbers(companies.name_key), name_numbers(teams.name_key))
            ) is not false
    ) as domain on true
    cross join lateral (
        select replace(companies.name_key, ' ', '')
            = replace(split_part(teams.domain_key, '.', 1), '-', '') as own_host
    ) as hosts
    cross join lateral (
        select rules.rule, rules.score
        from (values
            (fit.rule, case when fit.rule = 'contained' and own_host then 0.75::real end),
            (fit.rule, fit.score), (domain.rule, domain.score)
        ) as rules (rule, score)
        where rules.rule is not null and rules.score is not null
        order by rules.score desc
        limit 1
    ) as best;
end
$$;
