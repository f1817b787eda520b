-- The descriptions of records: owners, pipelines, properties. Small, so each refresh writes the
-- whole set. HubSpot may list an entry twice (an owner in both of its lists, say), and a statement
-- cannot write a row twice. The first one counts; of owners it is the one that still works.

-- name: put_owners
-- HubSpot blanks the names of owners who left: the names that they had stay.
insert into hubspot_owners as known
       (portal_id, hubspot_id, email, firstname, lastname, archived, raw_json)
select distinct on (owner->>'id')
       %(portal_id)s, owner->>'id', owner->>'email', owner->>'firstName', owner->>'lastName',
       coalesce(lower(owner->>'archived') = 'true', false), owner
  from jsonb_array_elements(%(owners)s::jsonb) with ordinality as listed (owner, place)
 where owner->>'id' <> ''
 order by owner->>'id', coalesce(lower(owner->>'archived') = 'true', false), place
    on conflict (portal_id, hubspot_id) do update
   set (email, firstname, lastname) = (
           select coalesce(nullif(trim(excluded.email), ''),
                           case when is_blank then known.email end),
                  case when is_blank then known.firstname else excluded.firstname end,
                  case when is_blank then known.lastname else excluded.lastname end
             from (select excluded.archived
                          and trim(concat(excluded.firstname, excluded.lastname)) = '') as left_us
                  (is_blank)),
       archived = excluded.archived, raw_json = excluded.raw_json, gone_at = null,
       synced_at = now();

-- name: note_lost_owners
-- Old deals and calls still name them.
update hubspot_owners
   set gone_at = now()
 where portal_id = %(portal_id)s and synced_at < now() and gone_at is null;

-- name: put_pipelines
-- Stages that the pipeline lists no more go to gone_stages, and stages that are back leave it:
-- deals that were won in one stay won.
insert into hubspot_pipelines as known (portal_id, object_type, hubspot_id, label, raw_json)
select distinct on (pipeline->>'id')
       %(portal_id)s, %(object_type)s, pipeline->>'id', pipeline->>'label', pipeline
  from jsonb_array_elements(%(pipelines)s::jsonb) with ordinality as listed (pipeline, place)
 where pipeline->>'id' <> ''
 order by pipeline->>'id', place
    on conflict (portal_id, object_type, hubspot_id) do update
   set label = excluded.label, raw_json = excluded.raw_json, gone_at = null, synced_at = now(),
       gone_stages = (
           select coalesce(jsonb_agg(stage), '[]')
             from (
                 select jsonb_build_object('gone_at', now()) || stage as stage
                   from jsonb_path_query(known.raw_json, '$.stages[*] ? (exists (@.id))') as stage
                  union all
                 select jsonb_array_elements(known.gone_stages)
             ) as earlier
            where not exists (
                select
                  from jsonb_path_query(excluded.raw_json, '$.stages[*]') as still
                 where still->>'id' = stage->>'id'
            )
       );

-- name: note_lost_pipelines
update hubspot_pipelines
   set gone_at = now()
 where portal_id = %(portal_id)s and object_type = %(object_type)s and synced_at < now()
   and gone_at is null;

-- name: put_properties
-- Answers the names that were not known before.
insert into hubspot_properties (portal_id, object_type, name, label, type, field_type, calculated,
    raw_json)
select distinct on (property->>'name')
       %(portal_id)s, %(object_type)s, property->>'name', property->>'label', property->>'type',
       property->>'fieldType', coalesce(lower(property->>'calculated') = 'true', false), property
  from jsonb_array_elements(%(properties)s::jsonb) with ordinality as listed (property, place)
 where property->>'name' <> ''
 order by property->>'name', place
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
