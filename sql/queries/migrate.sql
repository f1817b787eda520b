-- The notes of db/migrate.py and db/rebuild.py about their work.

-- name: built_files
select file, checksum, definition from built_files;

-- name: standing_definitions
-- The view or function of each name in our schema and the function's triggers, as a checksum; of
-- nothing where there is none. Models of dbt stand in the schema beside it.
select name, md5(coalesce(string_agg(definition, ' ' order by definition), '')) as definition
  from unnest(%(names)s::text[]) as asked (name)
  left join lateral (
       select concat(pg_get_viewdef(shown.oid), shown.reloptions) as definition
         from pg_class shown
        where shown.relname = name and shown.relkind = 'v'
            and shown.relnamespace = (
                select oid from pg_namespace
                 where nspname = current_schema()
                       || case when starts_with(name, 'hubspot__') then '_dbt' else '' end
            )
       union all
       select pg_get_functiondef(called.oid)
         from pg_proc called
        where called.pronamespace = to_regnamespace(quote_ident(current_schema()))
          and called.proname = name
        union all
       select pg_get_triggerdef(fired.oid)
         from pg_trigger fired
         join pg_proc called on called.oid = fired.tgfoid
        where called.pronamespace = to_regnamespace(quote_ident(current_schema()))
          and called.proname = name
            and not fired.tgisinternal
       ) as standing on true
 group by name;

-- name: held_functions
-- Names our functions that cannot be dropped, because others than our functions and views depend on
-- them: triggers, policies, indexes, views of every property, views of yours. Names the functions
-- that these call, too, as far as PostgreSQL knows.
with recursive ours as (
    select 'pg_proc'::regclass as class, oid
      from pg_proc
     where pronamespace = to_regnamespace(quote_ident(current_schema()))
       and proname = any(%(names)s)
     union all
    select 'pg_rewrite'::regclass, pg_rewrite.oid
      from pg_rewrite
      join pg_class on pg_class.oid = ev_class
     where relname = any(%(views)s)
       and relnamespace in (
           select oid from pg_namespace
            where nspname in (current_schema(), current_schema() || '_dbt')
       )
), held as (
    select refobjid as oid
      from pg_depend
     where refclassid = 'pg_proc'::regclass and deptype in ('n', 'a')
       and refobjid in (select oid from ours)
       and (classid, objid) not in (select class, oid from ours)
     union
    select refobjid
      from pg_depend
      join held on classid = 'pg_proc'::regclass and objid = held.oid
     where refclassid = 'pg_proc'::regclass and refobjid in (select oid from ours)
)
select proname as name from held join pg_proc using (oid);

-- name: left_triggers
-- Triggers that call one of these functions of ours and are not among the named ones.
select tgname as name, nspname as schema, relname as table
  from pg_trigger
  join pg_class on pg_class.oid = tgrelid
  join pg_namespace on pg_namespace.oid = relnamespace
  join pg_proc on pg_proc.oid = tgfoid
 where pronamespace = to_regnamespace(quote_ident(current_schema()))
   and proname = any(%(functions)s)
   and tgname <> all(%(named)s);

-- name: forms_of_functions
-- Our functions of these names, each with its types of arguments as a statement names it.
select proname as name, pg_proc.oid::regprocedure::text as form
  from pg_proc
 where pronamespace = to_regnamespace(quote_ident(current_schema())) and proname = any(%(names)s)
   and prokind = 'f';

-- name: forget_gone_files
delete from built_files where file <> all(%(files)s) returning file;

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
select concat('revoke create on schema ', quote_ident(nspname), ' from ',
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
 where pronamespace = to_regnamespace(quote_ident(current_schema())) and prokind = 'f'
   and prosqlbody is null
   and not coalesce(proconfig, array[]::text[]) @> array['search_path=' || %(path)s]
   and not exists (select from unnest(proconfig) as setting
                    where setting in (concat('search_path=', current_schema(), ', pg_temp'),
                                      'search_path=""'))
 order by 1;
