-- Answers the query that adds an entity up, as rows of portal_id, month, dimension, key, n,
-- s1 … s12. `month` is the record's own, so that sums of a period are sums of months. With
-- `changed`, the name of a transition table, it adds up these rows alone: the entity's own view is
-- read over them, as WITH names stand before tables. So a change and the whole cannot differ in
-- meaning. `chosen` asks for one dimension; `portal` for one portal; `since` and `until` for
-- months.
create or replace function rollup_query(
    asked text, changed text default null, chosen text default null, portal bigint default null,
    since text default null, until text default null
)
    returns text
    language plpgsql stable
    set search_path from current
as $$
declare
    entry record;
    over text := '';
    dimensions text[];
begin
    select * into strict entry from rollup_entries() as known where known.entity = asked;
    dimensions := case when chosen is null then entry.dimensions else array[chosen] end;
    if changed is not null then
        over := format('with %I as (select * from %I)', entry.relation, changed) || (
            select string_agg(
                format(', %I as (%s)', step,
                    rtrim(pg_get_viewdef(to_regclass(quote_ident(step))), ';')),
                '' order by place
            )
            from unnest(entry.steps) with ordinality as steps (step, place)
        );
    end if;
    return (
        select format(
            '%s select portal_id, period as month, case %s end as dimension, case %s end as key,'
                ' count(*) as n, %s from (select *, month as period from %I) as dated'
                ' where true%s%s%s group by grouping sets (%s)',
            over,
            string_agg(format('when grouping(%I) = 0 then %L', name, name), ' '),
            string_agg(format('when grouping(%I) = 0 then %I::text', name, name), ' '),
            (
                select string_agg(
                    format('coalesce((%s)::numeric, 0) as s%s',
                        coalesce(entry.sums[slot], '0'), slot),
                    ', ' order by slot
                )
                from generate_series(1, 12) as slot
            ),
            entry.steps[cardinality(entry.steps)],
            coalesce(' and portal_id = ' || portal, ''),
            coalesce(' and month >= ' || quote_literal(since), ''),
            coalesce(' and month <= ' || quote_literal(until), ''),
            string_agg(format('(portal_id, period, %I)', name), ', ')
        )
        from unnest(dimensions) as name
    );
end
$$;
