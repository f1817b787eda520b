-- Compare again the teams that the oldest marks name or touch. Answers how many marks were taken;
-- 0, too, when another process settles. One process at a time runs it, and nothing else writes
-- team_links. Marks need no generation: each change adds a mark of its own, and this transaction
-- removes only the marks that it sees, with its work.
create or replace function settle_team_marks(at_most integer)
    returns integer
    language plpgsql
    set search_path from current
as $$
declare
    taken record;
begin
    if not pg_try_advisory_xact_lock(x'5B0D0'::bigint) then
        return 0;
    end if;
    with gone as (
        delete from team_marks
        where (portal_id, mark_id) in (
            select portal_id, mark_id from team_marks
                order by mark_id limit at_most for update skip locked
        )
        returning *
    )

    select
        (select count(*) from gone) as marks,
        array(select distinct each from gone, unnest(team_ids) as each) as team_ids,
        array(select distinct each from gone, unnest(name_keys) as each) as name_keys,
        array(select distinct each from gone, unnest(domain_keys) as each) as domain_keys
    into taken;
    perform link_teams(array(
        select unnest(taken.team_ids) union
            select unnest(teams_touched(taken.name_keys, taken.domain_keys))
    ));
    return taken.marks;
end
$$;
