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

-- name: custom_types
-- Custom types that a portal has, and types that it has no longer but of which records are here:
-- queries of them go on.
select object_type
  from (select object_type, gone_at is null as is_there from hubspot_schemas
        union all
        select object_type, false from typed_views where object_type <> name) known
 group by object_type
having bool_or(is_there)
    or exists (select from portals join hubspot_objects_raw stored using (portal_id)
                where stored.object_type = known.object_type)
 order by object_type collate "C";

-- name: left_views
-- Views that were built for custom types without any record or definition left.
select name, object_type, 'hubspot_objects_raw' as "table", 'custom_objects' as current
  from typed_views
 where object_type <> name and name <> all(%(names)s)
 order by name;

-- name: fixed_columns
-- The columns that a typed view begins with, and the comments of the table's columns.
select shown.attname as name, format_type(shown.atttypid, null) as type,
       col_description(stored.attrelid, stored.attnum) as comment
  from pg_attribute shown
  left join pg_attribute stored on stored.attrelid = to_regclass(%(table)s)
      and stored.attname = shown.attname
 where shown.attrelid = to_regclass(%(current)s) and shown.attnum > 0
 order by shown.attnum;

-- name: property_definitions
-- The definitions of each property in all portals. The company's own come first: where there are
-- more than a view can hold, HubSpot's are left out.
select name, array_agg(coalesce(type, '') order by portal_id) as types,
       array_agg(coalesce(field_type, '') order by portal_id) as field_types,
       (array_agg(label order by portal_id))[1] as label
  from hubspot_properties
 where object_type = %(object_type)s
 group by name
 order by bool_and(coalesce(raw_json->>'hubspotDefined', 'false') = 'true'), name collate "C";

-- name: built_view
-- How a typed view was built last; `missing` when it never was, or was dropped since.
select definition, columns, problem, to_regclass(%(view)s) is null as missing
  from (select %(name)s as name) asked
  left join typed_views using (name);

-- name: note_view
insert into typed_views (name, object_type, definition, columns, left_out, problem, built_at)
values (%(name)s, %(object_type)s, %(definition)s, %(columns)s, %(left_out)s, %(problem)s, now())
    on conflict (name) do update
   set definition = excluded.definition, columns = excluded.columns, left_out = excluded.left_out,
       problem = excluded.problem, built_at = now();

-- name: note_view_problem
-- The view stays as it was.
insert into typed_views (name, object_type, definition, columns, left_out, problem)
values (%(name)s, %(object_type)s, '', '[]', array[]::text[], %(problem)s)
    on conflict (name) do update
   set problem = excluded.problem;

-- name: forget_view
delete from typed_views where name = %(name)s;

-- name: read_typed_views
select name, jsonb_array_length(columns) as properties, left_out, problem
  from typed_views
 where problem is not null or cardinality(left_out) > 0
 order by name;

-- name: generated_types
-- The columns that a value may not fit, as the view was built last; any text fits the others.
select source, type
  from typed_views
 cross join jsonb_to_recordset(columns) as shown (source text, type text)
 where object_type = %(object_type)s and type in ('numeric', 'boolean', 'date', 'timestamptz');

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
