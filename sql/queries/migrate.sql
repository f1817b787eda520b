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

-- name: schemas_open_to_anybody
-- Statements that take the right to create from everybody, and from Supabase's public roles.
select format('revoke create on schema %%I from %%s;', nspname,
           case grantee when 0 then 'public' else quote_ident(rolname) end) as statement
  from pg_namespace
 cross join aclexplode(nspacl) as given
  left join pg_roles on pg_roles.oid = given.grantee
 where nspname = any(%(schemas)s) and privilege_type = 'CREATE'
   and (grantee = 0 or rolname = any(%(roles)s))
 order by 1;

-- name: roles_that_may_create
-- Beside us and superusers. An owner may always create.
select nspname as schema, array_agg(distinct rolname::text order by rolname::text) as roles
  from pg_namespace
 cross join lateral (
       select grantee as role from aclexplode(nspacl) where privilege_type = 'CREATE'
        union all
       select nspowner
       ) as may
  join pg_roles on pg_roles.oid = may.role
 where nspname = any(%(schemas)s) and not rolsuper and rolname <> current_user
   and rolname <> 'pg_database_owner'
 group by nspname
 order by nspname;

-- name: functions_without_path
-- Functions of our schema whose path is not ours, apart from bodies that were parsed when made.
select pg_proc.oid::regprocedure::text as function
  from pg_proc
 where pronamespace = to_regnamespace(current_schema()) and prokind = 'f' and prosqlbody is null
   and not coalesce(proconfig, '{}') @> array['search_path=' || %(path)s]
   and not exists (select from unnest(proconfig) as setting
                    where setting in (format('search_path=%%s, pg_temp', current_schema()),
                                      'search_path=""'))
 order by 1;
