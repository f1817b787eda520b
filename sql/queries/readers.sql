-- Readers: their roles, their rights, and the policies behind them.

-- name: become_reader
-- From here to the end of the transaction. `held` says whether row security holds for that role; it
-- does not for a superuser.
select set_config('transaction_read_only', 'on', true),
       set_config('statement_timeout', %(timeout)s, true),
       set_config('spoke.portals', %(portals)s, true),
       set_config('role', %(role)s, true),
       row_security_active('portals') as held;

-- name: readers_begun
select to_regclass('readers') is not null as begun;

-- name: reader_role_state
-- Of the role that programs read as. From version 16 on PostgreSQL tells being a member and being
-- allowed to take the role apart.
select role.oid is not null as here,
       role.rolsuper or role.rolbypassrls as unbound,
       role.rolname = current_user as ours,
       case when role.oid is not null then
           pg_has_role(current_user, role.oid, case when has_options then 'SET' else 'MEMBER' end)
       end as settable,
       current_user as owner,
       has_options
  from (select %(role)s::name as name,
               current_setting('server_version_num')::integer >= 160000 as has_options) asked
  left join pg_roles role on role.rolname = asked.name;

-- name: register_program
with gone as (
    delete from reading_programs where role_name <> %(role)s returning role_name
), come as (
    insert into reading_programs (role_name) values (%(role)s) on conflict do nothing
)
select role_name as former from gone join pg_roles on rolname = role_name;

-- name: reader_roles
-- All roles that read, as far as they exist.
select role_name as role, true as is_program
  from reading_programs
  join pg_roles on rolname = role_name
 union
select role_name, false
  from readers
  join pg_roles on rolname = role_name
 order by role;

-- name: readable_columns
-- Relations that readers may select from: every view of ours, every model of dbt in the schema
-- beside it, records, and the named tables; partitions are read through their table. Of other
-- tables the columns that our views stand on, as PostgreSQL notes them, and the named columns.
-- NULL: all columns.
with ours as (
    select oid as relation, relname, relkind, reloptions
      from pg_class
     where not relispartition and relnamespace in (
           select oid
             from pg_namespace
            where nspname = current_schema()
               or nspname = current_schema() || '_dbt'
              and obj_description(oid, 'pg_namespace') like 'Spoke: %%'
     )
), whole as (
    select relation
      from ours
     where relkind = 'v' and reloptions @> '{security_invoker=true}'
        or relkind in ('r', 'p') and (relname = any(%(whole)s) or relname like 'hubspot\_%%')
), parts as (
    select to_regclass(part.relation)::oid as relation, attnum
      from unnest(%(relations)s::text[], %(columns)s::text[]) as part (relation, "column")
      join pg_attribute on attrelid = to_regclass(part.relation) and attname = part.column
    union
    select refobjid, refobjsubid
      from whole
      join pg_rewrite on ev_class = whole.relation
      join pg_depend on classid = 'pg_rewrite'::regclass and objid = pg_rewrite.oid
     where refclassid = 'pg_class'::regclass and refobjsubid > 0
)
select relation::regclass::text as relation, null as "column"
  from whole
union all
select parts.relation::regclass::text, attname
  from parts
  join pg_attribute on attrelid = parts.relation and pg_attribute.attnum = parts.attnum
 where not attisdropped and parts.relation not in (select relation from whole)
 order by relation, "column";

-- name: reader_rights
-- The rights of these roles on relations of our schemas and of `business`, column by column.
with shown as (
    select oid, relowner, relacl
      from pg_class
     where relnamespace in (
         select oid
           from pg_namespace
          where nspname in (current_schema(), 'business')
             or nspname = current_schema() || '_dbt'
            and obj_description(oid, 'pg_namespace') like 'Spoke: %%'
     )
), rights as (
    select oid, null::name as attname, acl.* from shown, aclexplode(relacl) as acl
    union all
    select shown.oid, attname, acl.*
      from shown
      join pg_attribute on attrelid = shown.oid and not attisdropped
     cross join aclexplode(attacl) as acl
)
select rolname as role, rights.oid::regclass::text as relation, attname as "column",
       privilege_type as privilege
  from rights
  join pg_roles on pg_roles.oid = grantee
 where rolname = any(%(roles)s)
 order by role, relation, "column", privilege;

-- name: functions_for_readers
-- Functions that only read, which a role may not call yet. By PostgreSQL's default every role that
-- may use the schema may call them. Policies call two of them for every role.
with ours as (
    select oid, proname, provolatile
      from pg_proc
     where pronamespace = (select oid from pg_namespace where nspname = current_schema())
)
select rolname as role, ours.oid::regprocedure::text as function
  from ours
  join pg_roles on rolname = any(%(roles)s)
 where provolatile <> 'v' and not has_function_privilege(pg_roles.oid, ours.oid, 'execute')
union all
select 'public', ours.oid::regprocedure::text
  from ours
 where proname in ('portals_for', 'may_use_business')
   and not has_function_privilege('public', ours.oid, 'execute')
 order by role, function;

-- name: functions_of_readers
-- Functions that a role was given itself.
select pg_proc.oid::regprocedure::text as function
  from pg_proc, aclexplode(proacl) as acl
  join pg_roles on pg_roles.oid = grantee
 where pronamespace = (select oid from pg_namespace where nspname = current_schema())
   and rolname = %(role)s;

-- name: open_definers
-- Functions with our rights that every role may call.
select oid::regprocedure::text as function
  from pg_proc
 where pronamespace = (select oid from pg_namespace where nspname = current_schema())
   and prosecdef
   and prorettype <> 'trigger'::regtype
   and has_function_privilege('public', oid, 'execute');

-- name: roles_outside
-- Roles that may not use our schema, without which its names are not found, or that of models.
select rolname as role, nspname as schema
  from pg_roles
  join pg_namespace
    on nspname = current_schema()
    or nspname = current_schema() || '_dbt'
   and obj_description(pg_namespace.oid, 'pg_namespace') like 'Spoke: %%'
 where rolname = any(%(roles)s)
   and not has_schema_privilege(pg_roles.oid, pg_namespace.oid, 'usage')
 order by role, schema;

-- name: schema_of_models
-- The schema of dbt's models, where it is ours.
select nspname as schema
  from pg_namespace
 where nspname = current_schema() || '_dbt'
   and obj_description(oid, 'pg_namespace') like 'Spoke: %%';

-- name: tables_to_guard
-- Every table of ours, and of `business` the ones that are ours to alter, with the policy that is
-- there. A table of business that has row security without our policy has rules of its own.
select pg_class.oid::regclass::text as "table", nspname as schema, relname as name,
       relrowsecurity as guarded,
       exists (
           select from pg_attribute
            where attrelid = pg_class.oid and attname = 'portal_id' and not attisdropped
       ) as of_portals,
       polpermissive and polroles = array[0::oid] as for_everybody, polcmd::text as command,
       pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as "check"
  from pg_class
  join pg_namespace on pg_namespace.oid = relnamespace
  left join pg_policy on polrelid = pg_class.oid and polname = %(policy)s
 where relkind in ('r', 'p')
   and (nspname = current_schema()
        or nspname = 'business' and relname = any(%(business)s) and pg_has_role(relowner, 'usage')
           and (not relrowsecurity or polname is not null))
 order by nspname, relname;

-- name: role_of_a_person
-- Rights that would let this role see more than its portals, in words for people; NULL where there
-- are none.
with program as (
    select pg_roles.oid from reading_programs join pg_roles on rolname = role_name
)
select role.oid is not null as here, (
           select string_agg(danger, ', ')
             from (values
                 (role.rolsuper, 'it is a superuser'),
                 (role.rolbypassrls, 'it passes by row security (BYPASSRLS)'),
                 (role.rolcreaterole, 'it may give itself rights (CREATEROLE)'),
                 (pg_has_role(role.oid, kept.relowner, 'member'),
                  'it may become the owner of the tables'),
                 (pg_has_role(role.oid, 'pg_read_all_data', 'member'),
                  'it may read every column (pg_read_all_data)'),
                 (exists (select from program where pg_has_role(role.oid, program.oid, 'member')),
                  'it may become a role of programs'),
                 (not role.rolcanlogin,
                  'nobody logs in as it: add each person''s own role')
             ) as dangers (holds, danger)
            where holds
       ) as danger
  from (select %(role)s::name as name) asked
  left join pg_roles role on role.rolname = asked.name
 cross join (select relowner from pg_class where oid = to_regclass('portals')) kept;

-- name: unknown_portals
select portal_id
  from unnest(%(portals)s::bigint[]) as portal_id
 where portal_id not in (select portal_id from portals);

-- name: add_reader
insert into readers (portal_id, role_name)
select portal_id, %(role)s from unnest(%(portals)s::bigint[]) as portal_id
    on conflict do nothing;

-- name: remove_reader
delete from readers where role_name = %(role)s;

-- name: readers
-- All readers: people with their portals, and programs, which name theirs.
select role_name as role, array_agg(portal_id order by portal_id) as portals,
       exists (select from pg_roles where rolname = role_name) as here
  from readers
 group by role_name
union all
select role_name, null, exists (select from pg_roles where rolname = role_name)
  from reading_programs
 order by role;

-- name: may_connect
select has_database_privilege(%(role)s, current_database(), 'connect') as may,
       current_database() as database;

-- name: blind_roles
-- Roles that may select from a view of ours and are no readers, so that their queries fail; with
-- one such view. Roles that have the owner's rights, and superusers, pass by row security.
with shown as (
    select oid, relname
      from pg_class
     where relnamespace = (select oid from pg_namespace where nspname = current_schema())
       and relkind = 'v'
), kept as (
    select relowner from pg_class where oid = to_regclass('portals')
)
select rolname as role, min(shown.relname) as view
  from pg_roles
  join shown on has_table_privilege(pg_roles.oid, shown.oid, 'select')
 cross join kept
 where not rolsuper and not rolbypassrls and rolname not like 'pg\_%%'
   and not pg_has_role(pg_roles.oid, kept.relowner, 'usage')
   and rolname not in (select role_name from readers union select role_name from reading_programs)
 group by rolname
 order by rolname;
