-- Tables of which each month is a partition (db/partitions.py).

-- name: partitions_here
-- A table's partitions. They are called as their table and month, which is told by its first day;
-- or as the table and the month before which all of their rows are, as the partition that events
-- had when months began (until). Neither: the rest.
select child.relname as name,
       to_date(substring(child.relname from '_([0-9][0-9][0-9][0-9]_(?:0[1-9]|1[0-2]))$'),
               'YYYY_MM') as month,
       to_date(substring(child.relname from '_until_([0-9][0-9][0-9][0-9](?:0[1-9]|1[0-2]))$'),
               'YYYYMM') as until
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
