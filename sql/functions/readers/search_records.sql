-- Which records of a type hold this part in their raw_json? Looks in these portals; NULL: in all
-- that the caller may see. records_containing calls it. The portals' own types are looked for in
-- hubspot_objects_raw. Reads tables of our own schema only, for every type. search_as_reader runs
-- this with our rights, and a temporary view of such a name would run its maker's code with them.
create or replace function search_records(portals bigint[], object_type text, part jsonb)
    returns table (portal_id bigint, hubspot_id text)
    language plpgsql stable rows 10
    set search_path from current
as $$
declare
    own oid := (
        select kept.relnamespace
        from pg_catalog.pg_class as kept
        where kept.oid = to_regclass('portals'::text)::oid
    );
    schema name := (select each.nspname from pg_catalog.pg_namespace as each where each.oid = own);
    wanted text := ('hubspot_'::text || search_records.object_type || '_raw'::text);
    stored name := (
        select kept.relname
        from pg_catalog.pg_class as kept
        where kept.relnamespace = own
            and kept.relkind = 'r'::"char"
            and kept.relname = wanted::name
            and kept.relname <> 'hubspot_objects_raw'::name
    );
begin
    return query execute pg_catalog.format(
        'select stored.portal_id, stored.hubspot_id from %I.%I as stored'
        ' where stored.raw_json @> $1 and ($2 is null or stored.portal_id = any ($2))'
        ' and not stored.archived and stored.merged_into is null%s',
        schema,
        coalesce(stored, 'hubspot_objects_raw'::name),
        case when stored is null then ' and stored.object_type = $3'::text end
    ) using part, portals, search_records.object_type;
end
$$;
