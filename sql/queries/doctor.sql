-- name: server_version
select current_setting('server_version') as version, current_setting('server_version_num')::integer as number,
       extract(epoch from clock_timestamp())::double precision as clock;

-- name: applied_migrations
select name, checksum from migrations order by name;

-- name: tables_and_protection
select tablename, rowsecurity as protected from pg_tables where schemaname = current_schema() order by tablename;

-- name: missing_rights
-- Whether this role may do what the workers do, and the tables where it may not.
select current_user as role, pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as read_only,
       array(select relname::text
               from pg_class
              where relnamespace = to_regnamespace(current_schema()) and relkind = 'r'
                and not (has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
                         and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete'))
              order by relname
              limit 5) as tables;

-- name: last_events
-- When a portal was last heard of, and the types that it was never heard of.
select max(last_event_at) as last_event_at,
       array_agg(object_type order by object_type) filter (where last_event_at is null) as silent
  from sync_status
 where portal_id = %(portal_id)s;
