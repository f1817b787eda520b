-- Columns that a new version added, and that are filled from raw_json.

-- name: due_column_reread
-- Another process has the one that is locked.
select portal_id, object_type, after
  from column_rereads
 order by portal_id, object_type
 limit 1
   for update skip locked;

-- name: advance_column_reread
update column_rereads
   set after = %(after)s
 where portal_id = %(portal_id)s and object_type = %(object_type)s;

-- name: end_column_reread
delete from column_rereads where portal_id = %(portal_id)s and object_type = %(object_type)s;
