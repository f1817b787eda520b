-- name: server_version
select current_setting('server_version') as version, current_setting('server_version_num')::integer as number,
       extract(epoch from clock_timestamp())::double precision as clock;

-- name: applied_migrations
select name, checksum from migrations order by name;

-- name: tables_and_protection
select tablename, rowsecurity as protected from pg_tables where schemaname = current_schema() order by tablename;

-- name: last_events
-- When a portal was last heard of, and the types that it was never heard of.
select max(last_event_at) as last_event_at,
       array_agg(object_type order by object_type) filter (where last_event_at is null) as silent
  from sync_status
 where portal_id = %(portal_id)s;
