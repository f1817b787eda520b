-- What do the groups of an entity add up to, by one dimension? Sums of rollup_rows, changes of this
-- very moment included; it reads no record. Where they are not built, or what they stand on
-- changed, it counts the records: slower, never wrong. Columns after n are named by the query, in
-- the order of rollup_entries. The settings `spoke.since` and `spoke.until`, months as 2026-11,
-- narrow it to records of a period, both months included: views have no arguments, and 22 functions
-- beside them would say each figure twice. Records without a time are in no period.
create or replace function rolled_up(portal bigint, asked text, chosen text)
    returns table (
        key text, n bigint,
        s1 numeric, s2 numeric, s3 numeric, s4 numeric, s5 numeric, s6 numeric,
        s7 numeric, s8 numeric, s9 numeric, s10 numeric, s11 numeric, s12 numeric
    )
    language plpgsql stable
    set search_path from current
    set jit = off
as $$
#variable_conflict use_column
declare
    now_at bigint;
    since text := nullif(current_setting('spoke.since', true), '');
    until text := nullif(current_setting('spoke.until', true), '');
begin
    select generation into now_at
    from rollup_states
    where portal_id = portal and entity = asked and built_generation = generation;
    if found and not exists (
        select from rollup_rows
        where portal_id = portal and entity = asked and not is_folded and generation < now_at
    ) and not exists (
        select from rollup_rows
        where portal_id = portal and entity = asked and not is_folded and generation > now_at
    ) then
        return query
        select
            known.key, sum(known.n)::bigint,
            sum(known.s1), sum(known.s2), sum(known.s3), sum(known.s4), sum(known.s5),
            sum(known.s6), sum(known.s7), sum(known.s8), sum(known.s9), sum(known.s10),
            sum(known.s11), sum(known.s12)
        from rollup_rows as known
        where known.portal_id = portal and known.entity = asked and known.dimension = chosen
            and (since is null or known.month >= since)
            and (until is null or known.month <= until)
        group by known.key
        having sum(known.n) > 0;
        return;
    end if;
    return query execute format(
        'select key, sum(n)::bigint, sum(s1), sum(s2), sum(s3), sum(s4), sum(s5), sum(s6), sum(s7),'
        ' sum(s8), sum(s9), sum(s10), sum(s11), sum(s12) from (%s) as counted group by key',
        rollup_query(asked, null, chosen, portal, since, until)
    );
end
$$;
