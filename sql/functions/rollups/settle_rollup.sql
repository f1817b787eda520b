-- Makes one row of the many of each group that changed, or builds an entity's sums whole where they
-- were given up. Workers call it every half minute. Answers how many rows it took; NULL where
-- another process does it. One statement takes rows away and puts their sum in their place, so a
-- query sees the one or the other. What commits meanwhile stays a row of its own, and is in no sum.
create or replace function settle_rollup(portal bigint, asked text)
    returns bigint
    language plpgsql
    set search_path from current
    set work_mem = '64MB'
    set jit = off
as $$
#variable_conflict use_column
declare
    state rollup_states;
    taken bigint;
begin
    if not exists (select from rollup_states where portal_id = portal and entity = asked) then
        insert into rollup_states (portal_id, entity) values (portal, asked)
        on conflict do nothing;
    end if;
    select * into state from rollup_states
        where portal_id = portal and entity = asked for update skip locked;
    if not found then
        return null;
    end if;
    if state.built_generation is distinct from state.generation or exists (
        select from rollup_rows as late
        where late.portal_id = portal and late.entity = asked and not late.is_folded
            and late.generation <> state.generation
    ) then
        execute format(
            'with gone as (delete from rollup_rows where portal_id = %s and entity = %L)'
            ' insert into rollup_rows (portal_id, entity, dimension, month, key, generation,'
            ' is_folded,'
            ' n, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12)'
            ' select portal_id, %L, dimension, month, key, %s, true,'
            ' n, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12 from (%s) as counted',
            portal, asked, asked, state.generation, rollup_query(asked, null, null, portal)
        );
        get diagnostics taken = row_count;
        update rollup_states
        set built_generation = state.generation, built_at = now()
        where portal_id = portal and entity = asked;
        return taken;
    end if;
    if not exists (
        select from rollup_rows
        where portal_id = portal and entity = asked and not is_folded
    ) then
        return 0;
    end if;
    with changed as (
        select distinct dimension, coalesce(month, '') as month, coalesce(key, '') as key
        from rollup_rows
        where portal_id = portal and entity = asked and not is_folded
    ),

    gone as (
        delete from rollup_rows as old
        using changed
        where old.portal_id = portal and old.entity = asked
            and old.dimension = changed.dimension
            and coalesce(old.month, '') = changed.month
            and coalesce(old.key, '') = changed.key
        returning old.*
    ),

    kept as (
        insert into rollup_rows (
            portal_id, entity, dimension, month, key, generation, is_folded, n,
            s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12
        )
        select
            portal, asked, dimension, month, key, state.generation, true, sum(n),
            sum(s1), sum(s2), sum(s3), sum(s4), sum(s5), sum(s6), sum(s7), sum(s8), sum(s9),
            sum(s10), sum(s11), sum(s12)
        from gone
        group by dimension, month, key
        having sum(n) <> 0
    )

    select count(*) into taken from gone where not is_folded;
    return taken;
end
$$;
