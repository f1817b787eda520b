-- The reads of the live path, a row for each batch.

-- name: note_fetch
insert into fetches (portal_id, object_type, fetched_at, hubspot_ids, linked, outdated, missing)
values (%(portal_id)s, %(object_type)s, %(fetched_at)s, %(hubspot_ids)s, %(linked)s, %(outdated)s,
    %(missing)s);

-- name: fetches_of
select fetched_at, written_at,
       case when %(hubspot_id)s = any(missing) then 'missing'
            when %(hubspot_id)s = any(outdated) then 'outdated'
            when %(hubspot_id)s = any(linked) then 'linked'
            else 'written' end as outcome
  from fetches
 where hubspot_ids @> array[%(hubspot_id)s::text]
   and portal_id = %(portal_id)s and object_type = %(object_type)s
 order by fetched_at;

-- name: forget_old_fetches
delete from fetches
 where ctid = any(array(
       select ctid from fetches where written_at < now() - %(keep)s limit %(at_most)s));
