-- The views of every property that db/typed_views.py generates.

-- name: typed_view_names
-- One for each table of records: each has a view current_…
select substr(current.relname, 9) as name
  from pg_class current
  join pg_class stored
    on stored.relnamespace = current.relnamespace
   and stored.relname = 'hubspot_' || substr(current.relname, 9) || '_raw'
 where current.relnamespace = (select oid from pg_namespace where nspname = current_schema())
   and current.relkind = 'v' and starts_with(current.relname, 'current_')
 order by name;

-- name: portals_with_views
-- Portals that have views of their own: all, where there are several; and the one that is left of
-- several, whose people's queries go on.
select portal_id
  from portals
 where (select count(*) from portals) > 1
    or portal_id in (select portal_id from typed_views)
 order by portal_id;

-- name: types_of_portal
-- Types of which a portal defines properties, or did when its views were built.
select object_type from hubspot_properties where portal_id = %(portal_id)s
 union
select object_type from typed_views where portal_id = %(portal_id)s;

-- name: custom_types
-- Custom types that a portal has, and types that it has no longer but of which records are here:
-- queries of them go on. Portal 0: of any portal.
select object_type
  from (select object_type, gone_at is null as is_there
          from hubspot_schemas
         where %(portal_id)s::bigint in (0, portal_id)
        union all
        select object_type, false
          from typed_views
         where object_type <> name and portal_id = %(portal_id)s) known
 group by object_type
having bool_or(is_there)
    or exists (select from portals join hubspot_objects_raw stored using (portal_id)
                where stored.object_type = known.object_type
                  and %(portal_id)s::bigint in (0, portal_id))
 order by object_type collate "C";

-- name: noted_views
-- Every view that was built or had a problem.
select portal_id, name, object_type
  from typed_views
 order by portal_id, name;

-- name: fixed_columns
-- The columns that typed views begin with, and the comments of the tables' columns.
select asked.place, shown.attname as name, format_type(shown.atttypid, null) as type,
       col_description(stored.attrelid, stored.attnum) as comment
  from unnest(%(current)s::text[], %(tables)s::text[])
       with ordinality as asked (current, stored, place)
  join pg_attribute shown on shown.attrelid = to_regclass(asked.current) and shown.attnum > 0
  left join pg_attribute stored on stored.attrelid = to_regclass(asked.stored)
      and stored.attname = shown.attname
 order by asked.place, shown.attnum;

-- name: property_definitions
-- The definitions of each property of these types in a portal. Portal 0: of the properties that
-- every portal with the type has. The company's own come first: where there are more than a view
-- can hold, HubSpot's are left out.
with asked as (
    select of_portal, object_type, portal_id, name, type, field_type, label, raw_json
      from unnest(%(portals)s::bigint[], %(types)s::text[]) as asked (of_portal, object_type)
      join hubspot_properties using (object_type)
     where of_portal in (0, portal_id)
), shared as (
    select of_portal, object_type, count(distinct portal_id) as portals
      from asked
     group by of_portal, object_type
)
select of_portal as portal_id, object_type, name,
       array_agg(coalesce(type, '') order by portal_id) as types,
       array_agg(coalesce(field_type, '') order by portal_id) as field_types,
       (array_agg(label order by portal_id))[1] as label
  from asked
  join shared using (of_portal, object_type)
 group by of_portal, object_type, name, portals
having count(*) = portals
 order by of_portal, object_type,
          bool_and(coalesce(raw_json->>'hubspotDefined', 'false') = 'true'), name collate "C";

-- name: built_views
-- How typed views were built last; `missing` when one never was, or was dropped since.
select definition, columns, problem, to_regclass(asked.place) is null as missing
  from unnest(%(portals)s::bigint[], %(names)s::text[], %(places)s::text[])
       with ordinality as asked (portal_id, name, place, number)
  left join typed_views using (portal_id, name)
 order by number;

-- name: note_view
insert into typed_views (portal_id, name, object_type, definition, columns, left_out, problem,
    built_at)
values (%(portal_id)s, %(name)s, %(object_type)s, %(definition)s, %(columns)s, %(left_out)s,
    %(problem)s, now())
    on conflict (portal_id, name) do update
   set definition = excluded.definition, columns = excluded.columns, left_out = excluded.left_out,
       problem = excluded.problem, built_at = now();

-- name: note_view_problem
-- The view stays as it was.
insert into typed_views (portal_id, name, object_type, definition, columns, left_out, problem)
values (%(portal_id)s, %(name)s, %(object_type)s, '', '[]', array[]::text[], %(problem)s)
    on conflict (portal_id, name) do update
   set problem = excluded.problem;

-- name: forget_view
delete from typed_views where portal_id = %(portal_id)s and name = %(name)s;

-- name: read_typed_views
-- What `spoke status` says of views. A problem that several views of a portal have stands once.
select case when portal_id <> 0 then current_schema() || '_' || portal_id || '.' else '' end
       || min(name)
       || case when count(*) > 1 then ' and ' || count(*) - 1 || ' more' else '' end as name,
       left_out, problem
  from typed_views
 where problem is not null or cardinality(left_out) > 0
 group by portal_id, left_out, problem
 order by portal_id, min(name);

-- name: generated_types
-- The columns that a value may not fit, as the view was built last: the portal's own, where it has
-- one. Any text fits the other columns.
select source, type
  from (select columns
          from typed_views
         where object_type = %(object_type)s and portal_id in (0, %(portal_id)s)
         order by portal_id desc
         limit 1) latest
 cross join jsonb_to_recordset(columns) as shown (source text, type text)
 where type in ('numeric', 'boolean', 'date', 'timestamptz');

-- name: portal_schema
-- The schema of a portal's views: what is said of it, and whether it is ours and empty.
select pg_namespace.oid is not null as here,
       obj_description(pg_namespace.oid, 'pg_namespace') as said,
       pg_has_role(nspowner, 'usage') as may_change,
       not exists (
           select from pg_class where relnamespace = pg_namespace.oid
       ) as is_empty
  from (select %(schema)s::name as name) asked
  left join pg_namespace on nspname = name;

-- name: roles_of_portal_schemas
-- Readers and the portals whose views they may use, with the views that each cannot select from
-- yet. A program asks for any portal; row security holds it to the ones that it names.
with shown as (
    select typed_views.portal_id, pg_namespace.oid as schema, pg_class.oid as view
      from typed_views
      join pg_namespace on nspname = current_schema() || '_' || typed_views.portal_id
      join pg_class on relnamespace = pg_namespace.oid and relname = typed_views.name
       and relkind = 'v'
     where typed_views.portal_id <> 0 and definition <> ''
), who as (
    select role_name, shown.portal_id from reading_programs cross join shown
     union
    select role_name, portal_id from readers
)
select rolname as role, shown.schema::regnamespace::text as schema,
       shown.view::regclass::text as view
  from who
  join pg_roles on rolname = role_name
  join shown using (portal_id)
 where rolname = any(%(roles)s)
   and not (has_table_privilege(pg_roles.oid, shown.view, 'select')
            and has_schema_privilege(pg_roles.oid, shown.schema, 'usage'))
 order by role, view;

-- name: portal_schemas
-- The schemas of portals' views, as far as they are there.
select distinct nspname as schema
  from typed_views
  join pg_namespace on nspname = current_schema() || '_' || portal_id
 where portal_id <> 0 and definition <> ''
 order by schema;

-- name: commented_columns
-- Every column of our views with its comment; is_typed in those made from the portals' definitions.
select views.relname as view, columns.attname as column,
       format_type(columns.atttypid, null) as type,
       col_description(views.oid, columns.attnum) as comment,
       exists (select from typed_views where typed_views.name = views.relname) as is_typed
  from pg_class as views
  join pg_namespace as schemas on schemas.oid = views.relnamespace
  join pg_attribute as columns on columns.attrelid = views.oid
 where views.relkind = 'v' and schemas.nspname = current_schema()
   and columns.attnum > 0 and not columns.attisdropped
 order by views.relname, columns.attnum;
