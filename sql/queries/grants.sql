-- The rights on a view, so that they can be granted again once the view was dropped and made again.

-- name: view_grants
-- A line per view, column (NULL: all of it), role (NULL: public) and right. Nothing of a view whose
-- rights were never touched: they are the owner's and the schema's defaults, which a new view gets
-- by itself.
with ours as (
    select oid, relname, relowner, relacl
      from pg_class
     where relkind = 'v' and relname = any(%(views)s)
       and relnamespace = (
           select oid from pg_namespace
            where nspname = coalesce(%(schema)s::name, current_schema())
       )
), rights as (
    select relname, relowner, null::name as attname, acl.*
      from ours, aclexplode(relacl) as acl
    union all
    select relname, relowner, attname, acl.*
      from ours
      join pg_attribute on attrelid = ours.oid and not attisdropped
     cross join aclexplode(attacl) as acl
)
select relname as "view", attname as "column", rolname as role, privilege_type as privilege,
       is_grantable as may_pass_on
  from rights
  left join pg_roles on pg_roles.oid = grantee
 where grantee <> relowner
 order by relname, rolname, attname nulls first, privilege_type;

-- name: view_columns
select attname as "column"
  from pg_attribute
 where attrelid = to_regclass(%(view)s) and attnum > 0 and not attisdropped;
