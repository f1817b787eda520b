-- What db/migrate.py and db/rebuild.py note of their work.

-- name: built_files
select file, checksum, definition from built_files;

-- name: standing_definitions
-- What stands in our schema under each name, as a checksum: NULL definitions of what is not there
-- make an empty one.
select name, md5(coalesce(string_agg(definition, ' ' order by definition), '')) as definition
  from unnest(%(names)s::text[]) as asked (name)
  left join lateral (
       select concat(pg_get_viewdef(shown.oid), shown.reloptions) as definition
         from pg_class shown
        where shown.relnamespace = to_regnamespace(current_schema()) and shown.relkind = 'v'
            and shown.relname = name
       union all
       select pg_get_functiondef(called.oid)
         from pg_proc called
        where called.pronamespace = to_regnamespace(current_schema()) and called.proname = name
       ) as standing on true
 group by name;

-- name: note_built_files
insert into built_files (file, checksum, definition)
select * from unnest(%(files)s::text[], %(checksums)s::text[], %(definitions)s::text[])
    on conflict (file) do update
   set checksum = excluded.checksum, definition = excluded.definition, built_at = now();

-- name: schema_exists
select to_regnamespace(%(schema)s) is not null as here;

-- name: extension_schemas
-- Where each extension lies that our views need; one that is missing has no row.
select extname as name, nspname as schema
  from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
 where extname = any(%(names)s);
