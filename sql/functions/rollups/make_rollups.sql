-- Writes the triggers that keep rollup_rows: by how much does each group of an entity add up to
-- more or less, after a statement? Each adds the difference, old rows taken away and new ones
-- added. A group that stays as it was gets no row. Where `spoke.rollups` is off, as in a load of
-- millions, the portals' sums are given up instead, and settle_rollup builds them again. Spoke
-- calls it after each migration; sums that a trigger of another text kept are given up. The
-- entity's own view is written out in its function, so PostgreSQL plans it once a session: a text
-- that is made and planned each time cost 26 ms a statement.
create or replace function make_rollups()
    returns void
    language plpgsql
    set search_path from current
as $$
declare
    entry record;
    body text;
    name text;
    added text;
    taken text;
    operation text;
begin
    for entry in select * from rollup_entries() loop
        name := 'roll_up_' || entry.entity;
        added := format('(%s)', rollup_query(entry.entity, 'new_rows'));
        taken := format(
            '(select portal_id, month, dimension, key, -n as n,'
            ' -s1 as s1, -s2 as s2, -s3 as s3, -s4 as s4, -s5 as s5, -s6 as s6,'
            ' -s7 as s7, -s8 as s8, -s9 as s9, -s10 as s10, -s11 as s11, -s12 as s12'
            ' from (%s) as before)',
            rollup_query(entry.entity, 'old_rows')
        );
        body := E'\nbegin\n';
        foreach operation in array '{INSERT,DELETE,UPDATE}'::text[] loop
            body := body || format(
                E'    if tg_op = %L then\n        if not exists (select from %s) then null;'
                ' elsif current_setting(''spoke.rollups'', true) = ''off'' then'
                ' perform give_up_rollups(portal_id, %L) from (select distinct portal_id'
                ' from %2$s order by portal_id) as portals;'
                ' else'
                ' insert into rollup_rows (portal_id, entity, dimension, month, key, generation, n,'
                ' s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12)'
                ' select portal_id, %3$L, dimension, month, key, coalesce((select generation'
                ' from rollup_states as known where known.portal_id = changes.portal_id'
                ' and known.entity = %3$L), 0),'
                ' sum(n), sum(s1), sum(s2), sum(s3), sum(s4), sum(s5), sum(s6),'
                ' sum(s7), sum(s8), sum(s9), sum(s10), sum(s11), sum(s12)'
                ' from (%s) as changes group by portal_id, dimension, month, key'
                ' having (sum(n), sum(s1), sum(s2), sum(s3), sum(s4), sum(s5), sum(s6),'
                ' sum(s7), sum(s8), sum(s9), sum(s10), sum(s11), sum(s12))'
                ' <> (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);\n'
                ' end if;\n    end if;\n',
                operation,
                case operation when 'INSERT' then 'new_rows' else 'old_rows' end,
                entry.entity,
                case operation
                    when 'INSERT' then added
                    when 'DELETE' then taken
                    else added || ' union all ' || taken
                end
            );
        end loop;
        body := body || E'    return null;\nend\n';
        if body is distinct from (
            select prosrc from pg_proc where oid = to_regproc(quote_ident(name))
        ) then
            execute format(
                'create or replace function %I() returns %s language plpgsql'
                ' set search_path from current set jit = off as %L',
                name, 'trigger', body
            );
            perform give_up_rollups(portal_id, entity)
            from rollup_states as known
            where known.entity = entry.entity
            order by portal_id;
        end if;
        perform make_rollup_triggers(entry.relation, name);
    end loop;
end
$$;
