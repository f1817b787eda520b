-- What another program's copy of HubSpot has, for comparing it with ours.

-- name: columns_of_schema
select relname as "table", attname as "column", format_type(atttypid, null) as type
  from pg_attribute
  join pg_class on pg_class.oid = attrelid
 where relnamespace = to_regnamespace(quote_ident(%(schema)s))
   and relkind in ('r', 'p', 'v', 'm', 'f')
   and attnum > 0 and not attisdropped
 order by relname, attnum;
