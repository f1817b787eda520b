-- Tables of which each month is a partition (db/partitions.py).

-- name: months_here
-- The months of a table that have a partition, each by its first day; NULL: not of one month.
-- A partition is called as its table and month.
select child.relname as name,
       to_date(substring(child.relname from '_([0-9][0-9][0-9][0-9]_(?:0[1-9]|1[0-2]))$'),
               'YYYY_MM') as month,
       pg_get_expr(child.relpartbound, child.oid) = 'DEFAULT' as is_rest
  from pg_inherits
  join pg_class child on child.oid = inhrelid
 where inhparent = to_regclass(%(table)s)
 order by child.relname;

-- name: one_at_a_time
-- Until the transaction ends, others that make or drop months wait.
select pg_advisory_xact_lock(%(lock)s::bigint);

-- name: partitioned_tables
select relname
  from pg_class
 where relkind = 'p' and relnamespace = to_regnamespace(quote_ident(current_schema()));
