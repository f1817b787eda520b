-- Load whole tables at once (db/bulk_load.py).

-- name: indexes_to_rebuild
-- The indexes of a table that may be dropped and made again as they were. Leaves out what stands
-- for a constraint, what a setting of its own would be lost with, and what is not valid. Those of
-- partitions go and come with their table's.
select name.relname as name, pg_get_indexdef(index.indexrelid) as definition,
       obj_description(index.indexrelid, 'pg_class') as comment
  from pg_index as index
  join pg_class as name on name.oid = index.indexrelid
 where index.indrelid = to_regclass(%(table)s)
   and index.indisvalid and not index.indisclustered and not index.indisreplident
   and name.reltablespace = 0
   and not exists (select from pg_constraint where conindid = index.indexrelid)
   and not exists (
       select from pg_attribute where attrelid = index.indexrelid and attstattarget >= 0)
 order by name.relname;

-- name: is_plain_table
-- Is it no partitioned one? Frozen rows go into plain tables alone.
select relkind = 'r' as plain from pg_class where oid = to_regclass(%(table)s);

-- name: triggers_to_skip
-- Which of these triggers fire now? A trigger that an operator turned off stays off.
select tgname as name
  from pg_trigger
 where tgrelid = to_regclass(%(table)s) and tgname = any (%(names)s::text[]) and tgenabled = 'O'
 order by tgname;

-- name: days_of_loaded_contacts
-- What mark_contacts does for each contact, once for each hour in which some were created.
insert into sales_marks (portal_id, created_at)
select portal_id, max(createdate)
  from hubspot_contacts_raw
 where portal_id = %(portal_id)s and createdate is not null
 group by portal_id, date_trunc('hour', createdate);

-- name: numbers_of_loaded_contacts
-- What contacts_came_or_went does, for contacts that have a number. Nothing else finds calls.
select renumber_contacts(portal_id, array_agg(hubspot_id), array_agg(hubspot_id))
  from hubspot_contacts_raw
 where portal_id = %(portal_id)s and (phone is not null or mobilephone is not null)
 group by portal_id;
