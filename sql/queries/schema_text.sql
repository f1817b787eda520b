-- The schema as db/schema.sql shows it: tables, types, functions and views, read from PostgreSQL's
-- catalogue. Every text is the same in PostgreSQL 15 to 18.

-- name: schema_tables
-- Each table with its columns and their notes, constraints, indexes, statistics, triggers and
-- policies, and how it is partitioned.
select listed.oid::regclass::text as name, obj_description(listed.oid, 'pg_class') as comment,
       array(select concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod),
                 case when attnotnull then 'not null' end,
                 case when attidentity = 'a' then 'generated always as identity' end,
                 case when attgenerated = 's'
                     then 'generated always as (' || pg_get_expr(adbin, adrelid) || ') stored' end,
                 case when attgenerated = '' then 'default ' || pg_get_expr(adbin, adrelid) end)
               from pg_attribute
               left join pg_attrdef on adrelid = attrelid and adnum = attnum
              where attrelid = listed.oid and attnum > 0 and not attisdropped
              order by attnum) as columns,
       array(select pg_get_constraintdef(oid, true)
               from pg_constraint
              where conrelid = listed.oid and contype in ('p', 'u', 'c')
              order by contype desc, pg_get_constraintdef(oid, true)) as constraints,
       array(select pg_get_indexdef(indexrelid, 0, true)
               from pg_index
              where indrelid = listed.oid
                and not exists (select from pg_constraint where conindid = indexrelid)
              order by 1) as indexes,
       array(select pg_get_statisticsobjdef(oid)
               from pg_statistic_ext
              where stxrelid = listed.oid order by 1) as statistics,
       array(select pg_get_triggerdef(oid, true)
               from pg_trigger
              where tgrelid = listed.oid and not tgisinternal order by tgname) as triggers,
       array(select concat_ws(' ', 'create policy', quote_ident(polname),
                 'on', listed.oid::regclass,
                 'for', case polcmd when 'r' then 'select' when '*' then 'all' end,
                 'using', pg_get_expr(polqual, polrelid, true))
               from pg_policy
              where polrelid = listed.oid order by polname) as policies,
       array(select coalesce(col_description(attrelid, attnum), '')
               from pg_attribute
              where attrelid = listed.oid and attnum > 0 and not attisdropped
              order by attnum) as notes,
       listed.relrowsecurity as guarded,
       pg_get_partkeydef(listed.oid) as partitioned
  from pg_class listed
 where listed.relnamespace
       in (to_regnamespace(quote_ident(current_schema())), to_regnamespace('business'))
   and listed.relkind in ('r', 'p')
   and not listed.relispartition  -- months come and go
 order by listed.relnamespace = to_regnamespace('business'), name;

-- name: schema_types
select typname as name,
       array(select concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod))
               from pg_attribute where attrelid = typrelid order by attnum) as columns
  from pg_type
  join pg_class on pg_class.oid = typrelid
 where typnamespace = to_regnamespace(quote_ident(current_schema())) and relkind = 'c'
 order by typname;

-- name: schema_functions
select proname as name, pg_get_function_arguments(pg_proc.oid) as arguments,
       pg_get_function_result(pg_proc.oid) as result, lanname as language,
       case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end
           as volatility,
       prosecdef as with_our_rights
  from pg_proc
  join pg_language on pg_language.oid = prolang
 where pronamespace = to_regnamespace(quote_ident(current_schema()))
 order by proname, arguments;

-- name: schema_views
select relname as name, obj_description(pg_class.oid, 'pg_class') as comment,
       array(select concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod))
               from pg_attribute where attrelid = pg_class.oid and attnum > 0
              order by attnum) as columns
  from pg_class
 where relnamespace = to_regnamespace(quote_ident(current_schema())) and relkind = 'v'
 order by relname;
