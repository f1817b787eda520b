-- name: server_version
select current_setting('server_version') as version,
    current_setting('server_version_num')::integer as number,
       extract(epoch from clock_timestamp())::double precision as clock;

-- name: applied_migrations
select name, checksum from migrations order by name;

-- name: tables_and_protection
select tablename, rowsecurity as protected from pg_tables where schemaname = current_schema()
    order by tablename;

-- name: read_only
select current_setting('transaction_read_only')::boolean as read_only;

-- name: missing_rights
-- Rights on tables and their schema that the workers need and this role lacks. Empty where there is
-- no schema yet.
select 'usage on schema ' || nspname as missing
  from pg_namespace
 where nspname = %(schema)s and not has_schema_privilege(oid, 'usage')
 union all
(select string_agg(wanted, ', ' order by wanted) || ' on ' || relname
  from pg_class
 cross join unnest(array['delete', 'insert', 'select', 'update']) as wanted
 where relnamespace = to_regnamespace(quote_ident(%(schema)s)) and relkind in ('r', 'p')
   and not relispartition and not has_table_privilege(pg_class.oid, wanted)
 group by relname
 order by relname);

-- name: last_events
-- When a portal was last heard of, and the types that it was never heard of, among those of which
-- there may be events.
select max(last_event_at) as last_event_at,
       array_agg(object_type order by object_type) filter (
           where last_event_at is null and object_type <> all(%(untold)s)) as silent
  from sync_status
 where portal_id = %(portal_id)s and not is_polled;

-- name: polled_access
-- Which polled families a portal was asked for, and which HubSpot answered or refused.
select family, bool_or(completed_at is not null) as completed, bool_or(no_access) as no_access
  from polled_walks
 where portal_id = %(portal_id)s
 group by family
 order by family;
