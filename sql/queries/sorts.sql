-- Indexes for the properties that records are sorted by.

-- name: ask_sort
-- Note that people sort by a property; writes nothing where that was noted within a day.
insert into asked_sorts as kept (portal_id, object_type, property, kind, column_name)
values (%(portal_id)s, %(object_type)s, %(property)s, %(kind)s, %(column_name)s)
    on conflict (portal_id, object_type, property) do update
   set asked_at = now(), kind = excluded.kind, column_name = excluded.column_name,
       made_at = case
           when (kept.kind, kept.column_name)
                is not distinct from (excluded.kind, excluded.column_name) then kept.made_at end
 where kept.asked_at < now() - interval '1 day'
    or (kept.kind, kept.column_name) is distinct from (excluded.kind, excluded.column_name);

-- name: drop_old_sorts
-- Nobody asked for them in a month, or others were asked for later and are as many as may be.
delete from asked_sorts
 using (select portal_id, object_type, property,
               row_number() over (partition by portal_id, object_type
                                  order by asked_at desc, property) as place
          from asked_sorts) as ranked
 where ranked.portal_id = asked_sorts.portal_id
   and ranked.object_type = asked_sorts.object_type
   and ranked.property = asked_sorts.property
   and (ranked.place > %(most)s or asked_at < now() - %(kept)s::interval);

-- name: sorts_asked
-- Each with the name of its index, which holds what the index is made of, and its expression.
select portal_id, object_type, property, made_at is not null as is_made,
       'sort_' || md5(concat_ws(':', portal_id, object_type, sort_value(property, kind,
           column_name))) as index_name,
       sort_value(property, kind, column_name) as value
  from asked_sorts
 order by portal_id, object_type, property;

-- name: sort_made
update asked_sorts
   set made_at = case when %(is_made)s then now() end
 where portal_id = %(portal_id)s and object_type = %(object_type)s and property = %(property)s
   and 'sort_' || md5(concat_ws(':', portal_id, object_type, sort_value(property, kind,
       column_name))) = %(index_name)s;

-- name: sort_indexes
-- The indexes that there are for sorting, and whether each is whole: one whose making was broken
-- off holds nothing and has to be made again.
select made.relname as name, entry.indisvalid as is_whole
  from pg_index as entry
  join pg_class as made on made.oid = entry.indexrelid
 where made.relnamespace = to_regnamespace(quote_ident(current_schema()))
   and made.relname ~ '^sort_[0-9a-f]+$' and length(made.relname) = length('sort_') + 32;
