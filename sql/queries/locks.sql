-- name: lock_holders
-- Other sessions with a lock on a table or view of ours that do not wait themselves. Of other
-- roles' sessions PostgreSQL may tell the pid alone.
select concat('session ', pid, ' of ', coalesce(usename, 'another role'),
              ' (' || nullif(application_name, '') || ')', ', ' || state,
              ', its transaction began ' || round(extract(epoch
                  from now() - xact_start)) || ' s ago') as told
  from pg_stat_activity
 where pid <> pg_backend_pid() and wait_event_type is distinct from 'Lock'
   and pid in (select held.pid
                 from pg_locks held
                 join pg_class locked on locked.oid = held.relation
                where held.granted
                  and locked.relnamespace = to_regnamespace(quote_ident(current_schema()))
                  and held.database = (select oid from pg_database
                      where datname = current_database()))
 order by xact_start nulls last, pid
 limit 5;
