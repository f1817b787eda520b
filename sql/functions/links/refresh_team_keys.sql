-- Which teams changed? Compares the company's own teams, members and users with team_keys, and
-- marks the teams that changed. The domain of a team is the one that most of its members have; of
-- two as frequent, neither. A domain of members of three or more teams of other names than its own
-- says nothing: it is an agency's, or that of a support login. The clock calls it every minute;
-- call it yourself to have a change seen at once. Mends `at_most` teams (NULL: all): the next call
-- mends more. Answers how many teams changed. There are no triggers on the company's tables: they
-- may be views, and they are not ours.
create or replace function refresh_team_keys(at_most integer default null)
    returns bigint
    language plpgsql
    set search_path from current
as $$
declare
    changed text[];
begin
    with hosts as materialized (
        select members.team_id::text as team_id, lower(split_part(users.email, '@', 2)) as host,
            count(distinct users.user_id) as people
        from business.team_membership as members
        join business.users as users on users.user_id::text = members.user_id::text
        group by 1, 2
    ),

    domains as materialized (
        select host, domain_key(host) as domain_key
            from (select distinct host from hosts) as each_one
    ),

    names as materialized (
        select distinct on (team_id) team_id::text as team_id,
            company_key(team_name) as name_key, umlaut_key(team_name) as umlaut_key
        from business.teams
        order by team_id, team_name
    ),

    everywhere as materialized (
        select domains.domain_key
        from hosts
        join domains using (host)
        join names using (team_id)
        cross join lateral (
            select name_core(names.name_key) as name,
                replace(split_part(domains.domain_key, '.', 1), '-', '') as label
        ) as core
        where not (starts_with(core.label, core.name) or starts_with(core.name, core.label))
        group by domains.domain_key
        having count(distinct core.name) >= 3
    ),

    ranked as (
        select team_id, domain_key, sum(people) as people, sum(sum(people))
            over (partition by team_id) as all_people,
            row_number() over (partition by team_id order by sum(people) desc) as place,
            lead(sum(people)) over (partition by team_id order by sum(people) desc) as next_people
        from hosts
        join domains using (host)
        where domain_key is not null and domain_key not in (select domain_key from everywhere)
        group by team_id, domain_key
    ),

    fresh as materialized (
        select names.team_id, names.name_key, names.umlaut_key, ranked.domain_key,
            round(ranked.people / ranked.all_people, 3) as domain_share
        from names
        left join ranked on ranked.team_id = names.team_id and ranked.place = 1
            and ranked.people > coalesce(ranked.next_people, 0)
    ),

    gone as (
        delete from team_keys
        where team_id in (
            select team_id from team_keys where team_id not in (select team_id from fresh)
            limit at_most
        )
        returning team_id
    ),

    put as (
        insert into team_keys as known (team_id, name_key, umlaut_key, domain_key, domain_share)
        select fresh.team_id, fresh.name_key, fresh.umlaut_key, fresh.domain_key,
            fresh.domain_share
        from fresh
        left join team_keys as stale on stale.team_id = fresh.team_id
        where stale.team_id is null
            or (stale.name_key, stale.umlaut_key, stale.domain_key, stale.domain_share)
            is distinct from
            (fresh.name_key, fresh.umlaut_key, fresh.domain_key, fresh.domain_share)
        limit at_most
        on conflict (team_id) do update
        set name_key = excluded.name_key, umlaut_key = excluded.umlaut_key,
            domain_key = excluded.domain_key, domain_share = excluded.domain_share
        where (known.name_key, known.umlaut_key, known.domain_key, known.domain_share)
            is distinct from
            (excluded.name_key, excluded.umlaut_key, excluded.domain_key, excluded.domain_share)
        returning team_id
    )

    select array_agg(team_id) into changed
        from (select team_id from gone union select team_id from put) as both_ways;

    insert into team_marks (portal_id, team_ids)
    select 0, array_agg(team_id)
    from (select team_id, row_number() over () / 50 as part
        from unnest(changed) as team_id) as parts
    group by part;
    return coalesce(cardinality(changed), 0);
end
$$;
