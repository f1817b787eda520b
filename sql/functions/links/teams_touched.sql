-- For which teams may a company of one of these names or domains be a candidate? Follows the rules
-- of team_candidates the other way round, when a company came, went or changed. May name a team too
-- many, which is only compared again; never one too few.
create or replace function teams_touched(name_keys text[], domain_keys text[])
    returns text[]
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_seqscan = off
    set pg_trgm.similarity_threshold = 0.49999
as $$
begin
    if '' = any (teams_touched.name_keys) then
        return array(select team_id from team_keys);
    end if;
    return array(
        select found.team_id
        from unnest(teams_touched.domain_keys) as changed (domain_key)
        cross join lateral (
            select team_id from team_keys as known
                where known.domain_key = changed.domain_key offset 0
        ) as found
        union
        select found.team_id
        from unnest(teams_touched.name_keys) as changed (name_key)
        cross join lateral (
            select team_id from team_keys as known
            where known.name_key operator(extensions.%) changed.name_key
            union all
            select team_id from team_keys as known
                where known.umlaut_key operator(extensions.%) changed.name_key
            union all
            select team_id from team_keys as known
            where ' ' || known.name_key || ' ' like '% ' || changed.name_key || ' %'
            union all
            select team_id from team_keys as known
            where ' ' || known.umlaut_key || ' ' like '% ' || changed.name_key || ' %'
            union all
            select team_id from team_keys as known
            where replace(known.name_key, ' ', '') = replace(changed.name_key, ' ', '')
        ) as found
        union
        select found.team_id
        from unnest(teams_touched.name_keys) as changed (name_key)
        cross join lateral (select (string_to_array(changed.name_key, ' '))[: 30] as words) as split
        cross join lateral generate_series(1, cardinality(words)) as first
        cross join lateral generate_series(first, cardinality(words)) as last
        cross join lateral (
            select team_id from team_keys as known
            where known.name_key = array_to_string(words[first : last], ' ')
            union all
            select team_id from team_keys as known
            where known.umlaut_key = array_to_string(words[first : last], ' ')
        ) as found
    );
end
$$;
