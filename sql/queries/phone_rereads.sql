-- Phone numbers that are read again because the country of their portal was set.

-- name: begin_phone_rereads
-- From the beginning, also where an earlier reread was on its way.
insert into phone_rereads (portal_id, object_type, after)
select %(portal_id)s, object_type, ''
  from unnest(%(object_types)s::text[]) as types (object_type)
 order by object_type
    on conflict (portal_id, object_type) do update set after = '';

-- name: due_phone_reread
-- Locked first, as by the one that sets a country: then the country is the one that was set last.
select portal_id, object_type, after
  from phone_rereads
 where %(portal_id)s::bigint is null or portal_id = %(portal_id)s
 order by portal_id, object_type
 limit 1
   for update;

-- name: has_phone_rereads
select exists (select
                 from phone_rereads
                where %(portal_id)s::bigint is null or portal_id = %(portal_id)s) as found;

-- name: advance_phone_reread
update phone_rereads
   set after = %(after)s
 where portal_id = %(portal_id)s and object_type = %(object_type)s;

-- name: end_phone_reread
delete from phone_rereads where portal_id = %(portal_id)s and object_type = %(object_type)s;
