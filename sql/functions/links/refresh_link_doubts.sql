-- Find uncertain links again and write the differences into link_doubts, which uncertain_links
-- shows. Without arguments all of them, to see a change at once. The clock goes through the ids of
-- a portal instead: one kind, the ids above `above` and up to `upto` (NULL: to the last). Answers
-- how many rows it wrote. There are no triggers for this: people read the list now and then, and
-- every write of a contact would pay for it. One process at a time; the second answers 0.
create or replace function refresh_link_doubts(
    of_kind text default null, portal bigint default null, above text default '',
    upto text default null
)
    returns bigint
    language plpgsql
    set search_path from current
    set plan_cache_mode = force_custom_plan  -- a slice wants another plan than the whole
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
        where (of_kind is null or kind = of_kind) and (portal is null or portal_id = portal)
            and from_id > above and (upto is null or from_id <= upto)
    ),

    went as (
        delete from link_doubts as old
        where (of_kind is null or kind = of_kind) and (portal is null or portal_id = portal)
            and from_id > above and (upto is null or from_id <= upto)
            and (portal_id, kind, from_id) not in (select portal_id, kind, from_id from fresh)
        returning 1
    ),

    came as (  -- by `except`, not by a join: one without statistics compared each with each
        insert into link_doubts as kept
        select * from fresh
        except
        select portal_id, kind, from_id, to_id, linked, why, link_rule, link_score, runner_up_id,
            runner_up_rule,
            runner_up_score
        from link_doubts
        where (of_kind is null or kind = of_kind) and (portal is null or portal_id = portal)
            and from_id > above and (upto is null or from_id <= upto)
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
