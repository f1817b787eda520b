-- Records that an operator asked for by id or date.

-- name: survivors
-- The survivors of former ids that never had a row here: the survivor names them.
select old_id, hubspot_id
  from merged_records
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and old_id = any(%(hubspot_ids)s);

-- name: letters_since
select hubspot_id, reason
  from dead_letters
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and hubspot_id = any(%(hubspot_ids)s)
   and created_at >= %(since)s and landed_at is null;
