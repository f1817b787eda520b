-- Associations without a column of ids: the pairs of types in use, their types, and the records.

-- name: association_pairs
select one_type, other_type from association_pairs where portal_id = %(portal_id)s;

-- name: use_pairs
-- Every process reads a portal's types again once a pair is new. A portal whose types were never
-- asked for counts as changed, too.
with used as (
    insert into association_pairs (portal_id, one_type, other_type, found_by)
    select %(portal_id)s, one_type, other_type, %(found_by)s
      from unnest(%(ones)s::text[], %(others)s::text[]) as pair (one_type, other_type)
     where exists (select from portals where portal_id = %(portal_id)s)
     order by one_type, other_type
        on conflict do nothing
    returning one_type
)
update portals
   set schemas_changed_at = clock_timestamp()
 where portal_id = %(portal_id)s and exists (select from used);

-- name: put_association_types
-- A label that HubSpot lists no more stays, marked as gone.
with described as (
    select distinct on (type_id, category) (entry->>'typeId')::integer as type_id,
           entry->>'category' as category, nullif(entry->>'label', '') as label
      from jsonb_array_elements(%(types)s::jsonb) as entry
     order by type_id, category
), put as (
    insert into hubspot_association_types as kept
        (portal_id, from_type, to_type, type_id, category, label)
    select %(portal_id)s, %(from_type)s, %(to_type)s, type_id, category, label from described
        on conflict (portal_id, from_type, to_type, type_id, category) do update
       set label = excluded.label, gone_at = null, synced_at = now()
     where kept.label is distinct from excluded.label or kept.gone_at is not null
)
update hubspot_association_types kept
   set gone_at = now()
 where portal_id = %(portal_id)s and from_type = %(from_type)s and to_type = %(to_type)s
   and gone_at is null
   and not exists (select from described where described.type_id = kept.type_id
                      and described.category = kept.category);

-- name: put_associations
-- Replaces the associations of records, as far as their types were read. Rows that stay are not
-- written.
with read as (
    select * from unnest(%(from_ids)s::text[], %(to_types)s::text[]) as asked (from_id, to_type)
), found as (
    select distinct on (from_id, to_type, to_id, type_id, category)
           from_id, to_type, to_id, type_id, category, nullif(label, '') as label
      from jsonb_to_recordset(%(found)s::jsonb)
           as each (from_id text, to_type text, to_id text, type_id integer, category text,
               label text)
     order by from_id, to_type, to_id, type_id, category
), gone as (
    delete from hubspot_associations kept
     using read
     where portal_id = %(portal_id)s and from_type = %(object_type)s
       and kept.from_id = read.from_id and kept.to_type = read.to_type
       and not exists (
           select from found
            where (found.from_id, found.to_type, found.to_id, found.type_id, found.category)
                = (kept.from_id, kept.to_type, kept.to_id, kept.type_id, kept.category))
)
insert into hubspot_associations as kept
    (portal_id, from_type, from_id, to_type, to_id, type_id, category, label)
select %(portal_id)s, %(object_type)s, from_id, to_type, to_id, type_id, category, label from found
    on conflict (portal_id, from_type, from_id, to_type, to_id, type_id, category) do update
   set label = excluded.label, synced_at = now()
 where kept.label is distinct from excluded.label;

-- name: forget_associations
-- Those of records that show no more. The records at their other ends are read again by themselves.
delete from hubspot_associations
 where portal_id = %(portal_id)s and from_type = %(object_type)s and from_id = any(%(ids)s);

-- name: erase_associations
delete from hubspot_associations
 where portal_id = %(portal_id)s
   and (from_type = %(object_type)s and from_id = any(%(ids)s)
        or to_type = %(object_type)s and to_id = any(%(ids)s));

-- name: associations_of_records
select from_id, to_type, to_id, type_id, category, label
  from hubspot_associations
 where portal_id = %(portal_id)s and from_type = %(object_type)s and from_id = any(%(ids)s)
 order by from_id, to_type, to_id, type_id, category;
