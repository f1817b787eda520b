-- Find all uncertain links again and write the differences into link_doubts, which uncertain_links
-- shows. The clock calls it every ten minutes; call it yourself to see a change at once. Writes
-- `at_most` of the differences that went and as many that came (NULL: all): the next call writes
-- more. Answers how many rows it wrote. There are no triggers for this: people read the list now
-- and then, and every write of a contact would pay for it. One process at a time; the second
-- answers 0.
create or replace function refresh_link_doubts(at_most integer default null)
    returns bigint
    language plpgsql
    set search_path from current
    set work_mem = '64MB'
    set jit = off
as $$
declare
    differing bigint;
begin
    if not pg_try_advisory_xact_lock(x'5B0D2'::bigint) then
        return 0;
    end if;
    with fresh as materialized (
        select portal_id, kind, from_id, to_id, linked, why, link_rule, link_score, runner_up_id,
            runner_up_rule,
            runner_up_score
        from (
            select * from uncertain_team_links
            union all
            select * from uncertain_call_links
            union all
            select * from uncertain_user_links
        ) as every_kind
    ),

    went as (
        delete from link_doubts as kept
        where kept.ctid = any (array(
            select old.ctid
            from link_doubts as old
            left join fresh using (portal_id, kind, from_id)
            where fresh.kind is null
            limit at_most
        ))
        returning 1
    ),

    came as (
        insert into link_doubts as kept
        select fresh.*
        from fresh
        left join link_doubts as old using (portal_id, kind, from_id)
        where old is distinct from fresh
        limit at_most
        on conflict (portal_id, kind, from_id) do update
        set (to_id, linked, why, link_rule, link_score, runner_up_id, runner_up_rule,
            runner_up_score)
            = (excluded.to_id, excluded.linked, excluded.why, excluded.link_rule,
                excluded.link_score,
               excluded.runner_up_id, excluded.runner_up_rule, excluded.runner_up_score)
        returning 1
    )

    select (select count(*) from went) + (select count(*) from came) into differing;
    return differing;
end
$$;
