-- The descriptions of records: owners, pipelines, properties. Small, so each refresh replaces the
-- whole set.

-- name: put_owners
insert into hubspot_owners (portal_id, hubspot_id, email, firstname, lastname, archived, raw_json)
select %(portal_id)s, owner->>'id', owner->>'email', owner->>'firstName', owner->>'lastName',
       coalesce((owner->>'archived')::boolean, false), owner
  from jsonb_array_elements(%(owners)s::jsonb) as owner
 order by owner->>'id'
    on conflict (portal_id, hubspot_id) do update
   set email = excluded.email, firstname = excluded.firstname, lastname = excluded.lastname,
       archived = excluded.archived, raw_json = excluded.raw_json, synced_at = now();

-- name: put_pipelines
insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json)
select %(portal_id)s, %(object_type)s, pipeline->>'id', pipeline->>'label', pipeline
  from jsonb_array_elements(%(pipelines)s::jsonb) as pipeline
 order by pipeline->>'id'
    on conflict (portal_id, object_type, hubspot_id) do update
   set label = excluded.label, raw_json = excluded.raw_json, synced_at = now();

-- name: drop_lost_pipelines
delete from hubspot_pipelines
 where portal_id = %(portal_id)s and object_type = %(object_type)s and synced_at < now();

-- name: put_properties
-- Answers the names that were not known before.
insert into hubspot_properties (portal_id, object_type, name, label, type, field_type, calculated,
    raw_json)
select %(portal_id)s, %(object_type)s, property->>'name', property->>'label', property->>'type',
       property->>'fieldType', coalesce((property->>'calculated')::boolean, false), property
  from jsonb_array_elements(%(properties)s::jsonb) as property
 order by property->>'name'
    on conflict (portal_id, object_type, name) do update
   set label = excluded.label, type = excluded.type, field_type = excluded.field_type,
       calculated = excluded.calculated, raw_json = excluded.raw_json, synced_at = now()
returning name, xmax = 0 as new;

-- name: drop_lost_properties
delete from hubspot_properties
 where portal_id = %(portal_id)s and object_type = %(object_type)s and synced_at < now();

-- name: property_names
select name
  from hubspot_properties
 where portal_id = %(portal_id)s and object_type = %(object_type)s
 order by name;

-- name: unread_properties
-- The known properties of a type beyond these names.
select raw_json
  from hubspot_properties
 where portal_id = %(portal_id)s and object_type = %(object_type)s
     and name <> all(%(names)s::text[])
 order by name;
