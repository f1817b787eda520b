-- Which records come next by a property that has an index of its own (asked_sorts)? The ones with a
-- value, in order of value and id, behind a value and an id, or from the beginning. Runs with our
-- rights. Behind row security PostgreSQL begins at no place of such an index, because reading a
-- value might tell of it. Then a page would take as long as it lies deep. Looks in portals of the
-- caller and no others. Asks for the role of the session, as search_as_reader does. Leaves out
-- archived and merged records, and answers nothing where there is no such index.
create or replace function records_in_order(
    portal bigint, object_type text, property text, descending boolean, after_value text,
        after_id text, most integer
)
    returns table (hubspot_id text, place text, step bigint)
    language plpgsql stable security definer rows 10
    set search_path from current
as $$
declare
    asked text := current_setting('role'::text, true);
    reader name := case when asked = 'none'::text then session_user else asked::name end;
    own oid := (
        select kept.relnamespace
        from pg_catalog.pg_class as kept
        where kept.oid = to_regclass('portals'::text)::oid
    );
    schema name := (select each.nspname from pg_catalog.pg_namespace as each where each.oid = own);
    way text := case when descending then ' desc'::text else ''::text end;
    wanted text := ('hubspot_'::text || records_in_order.object_type || '_raw'::text);
    stored name := (
        select kept.relname
        from pg_catalog.pg_class as kept
        where kept.relnamespace = own
            and kept.relkind = 'r'::"char"
            and kept.relname = wanted::name
            and kept.relname <> 'hubspot_objects_raw'::name
    );
    value text;
    kind text;
begin
    if not portal = any (portals_for(reader)) then
        return;
    end if;
    select sort_value(kept.property, kept.kind, kept.column_name), kept.kind
    into value, kind
    from asked_sorts as kept
    where kept.portal_id = portal
        and kept.object_type = records_in_order.object_type
        and kept.property = records_in_order.property
        and kept.made_at is not null;
    if value is null then
        return;
    end if;
    return query execute pg_catalog.format(
        'select ordered.hubspot_id, ordered.place, row_number() over ()'
        ' from (select hubspot_id, (%s)::text as place from %I.%I'
        ' where portal_id = %L and not archived and merged_into is null and (%s) is not null%s%s'
        ' order by %s%s, hubspot_id%s limit $3) as ordered',
        value,
        schema,
        coalesce(stored, 'hubspot_objects_raw'::name),
        portal,
        value,
        case when stored is null
            then pg_catalog.format(' and object_type = %L', records_in_order.object_type)
            else '' end,
        case when after_id <> ''::text
            then pg_catalog.format(' and (%s, hubspot_id) %s ($1::%s, $2)',
                value, case when descending then '<'::text else '>'::text end, kind)
            else '' end,
        value,
        way,
        way
    ) using after_value, after_id, most;
end
$$;
