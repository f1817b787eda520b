-- The company's own tables, which views join to: their columns, and their keys.

-- name: business_columns
-- Column by column, in order, with its type; is_view where the company put a view in its place.
select columns.table_name as "table", columns.column_name as name, columns.data_type as type,
       tables.table_type = 'VIEW' as is_view
  from information_schema.columns
  join information_schema.tables using (table_schema, table_name)
 where columns.table_schema = 'business' and columns.table_name = any(%(tables)s)
 order by columns.table_name, columns.ordinal_position;

-- name: known_business_users
select user_id as id from business.users;

-- name: known_business_teams
select team_id as id from business.teams;
