-- Definitions that something of ours stands on: what changed or went.

-- name: view_needs
-- Which columns our views read of records, themselves or by way of other views, as PostgreSQL notes
-- it. Views of one type only pass its columns on, and are no need of their own. A view that reads
-- another is taken to need all that the other reads: rather one name too many than one too few.
with recursive reads as (
    select distinct of_view.oid as "view", read.oid as relation, attname as "column"
      from pg_class as of_view
      join pg_rewrite on ev_class = of_view.oid
      join pg_depend on classid = 'pg_rewrite'::regclass and objid = pg_rewrite.oid
      join pg_class as read on refclassid = 'pg_class'::regclass and read.oid = refobjid
      join pg_attribute on attrelid = read.oid and attnum = refobjsubid and not attisdropped
     where of_view.relkind = 'v' and read.relnamespace = of_view.relnamespace
       and of_view.relnamespace = current_schema()::regnamespace
       and read.oid <> of_view.oid and of_view.relname <> all(%(relations)s::text[])
), users as (
    select distinct "view", relation from reads
), stands_on as (
    select "view", "view" as by_way_of from users
    union
    select users."view", stands_on.by_way_of
      from users
      join stands_on on stands_on."view" = users.relation
)
select distinct of_view.relname as "view", read.relname as relation, "column"
  from stands_on
  join reads on reads."view" = by_way_of
  join pg_class as of_view on of_view.oid = stands_on."view"
  join pg_class as read on read.oid = reads.relation
 where read.relname = any(%(relations)s::text[]);

-- name: metric_sources
select key, source from metrics;

-- name: needed_settings
select sale_property, upfront_property from metric_settings where portal_id = %(portal_id)s;

-- name: needed_by_write_back
select distinct object_type, property from written_values where portal_id = %(portal_id)s;

-- name: watch_schema
-- Notes what is new. Opens a finding for what differs from what was noted. Closes the findings of
-- what is again as it was, or is not needed any more. A need without a name is of the pipelines
-- and stages of its type.
with needed as (
    select object_type, name, needed_by
      from jsonb_to_recordset(%(needed)s::jsonb)
        as need (object_type text, name text, needed_by text[])
), present as (
    select 'property' as kind, object_type, name, label, coalesce(type, '') as meaning
      from hubspot_properties
     where portal_id = %(portal_id)s
    union all
    select 'pipeline', object_type, hubspot_id, label, 'listed'
      from hubspot_pipelines
     where portal_id = %(portal_id)s and gone_at is null
    union all
    select 'stage', object_type, pipeline_id || '/' || stage_id, max(stage_label),
           case when bool_or(is_won) then 'won'
                when bool_or(is_lost) then 'lost'
                when bool_or(is_closed) then 'closed'
                else 'open' end
      from pipeline_stages
     where portal_id = %(portal_id)s and gone_at is null
     group by object_type, pipeline_id, stage_id
), wanted as (
    select present.*, needed_by
      from present
      join needed on needed.object_type = present.object_type
       and needed.name = case when kind = 'property' then present.name else '' end
), noted as (
    insert into schema_watched (portal_id, kind, object_type, name, label, meaning)
    select %(portal_id)s, kind, object_type, name, label, meaning from wanted
        on conflict do nothing
), compared as (
    select watched.kind, watched.object_type, watched.name, watched.meaning as was,
           coalesce(present.label, watched.label) as label, present.meaning as is_now, needed_by
      from schema_watched as watched
      left join needed on needed.object_type = watched.object_type
       and needed.name = case when watched.kind = 'property' then watched.name else '' end
      left join present on present.kind = watched.kind
       and present.object_type = watched.object_type and present.name = watched.name
     where watched.portal_id = %(portal_id)s
), closed as (
    update schema_findings as finding
       set resolved_at = now()
      from compared
     where finding.portal_id = %(portal_id)s and finding.resolved_at is null
       and finding.accepted_at is null
       and (finding.kind, finding.object_type, finding.name)
           = (compared.kind, compared.object_type, compared.name)
       and (compared.needed_by is null or compared.is_now = compared.was)
)
insert into schema_findings as finding
       (portal_id, kind, object_type, name, label, was, is_now, needed_by)
select %(portal_id)s, kind, object_type, name, label, was, is_now, needed_by
  from compared
 where needed_by is not null and is_now is distinct from was
    on conflict (portal_id, kind, object_type, name)
 where resolved_at is null and accepted_at is null
    do update
   set is_now = excluded.is_now, needed_by = excluded.needed_by, label = excluded.label
 where (finding.is_now, finding.needed_by) is distinct from (excluded.is_now, excluded.needed_by);

-- name: open_schema_findings
-- Of the portals that are named; NULL: of all.
select portal_id, finding_id, kind, object_type, name, label, was, is_now, needed_by, found_at
  from schema_findings
 where resolved_at is null and accepted_at is null
   and (%(portals)s::bigint[] is null or portal_id = any(%(portals)s))
 order by portal_id, found_at, finding_id;

-- name: accept_schema_finding
-- From now on the definition counts as it is. What went is watched again once it is back.
with accepted as (
    update schema_findings
       set accepted_at = now()
     where portal_id = %(portal_id)s and finding_id = %(finding_id)s
       and resolved_at is null and accepted_at is null
    returning portal_id, kind, object_type, name, is_now
), changed as (
    update schema_watched as watched
       set meaning = accepted.is_now, noted_at = now()
      from accepted
     where (watched.portal_id, watched.kind, watched.object_type, watched.name)
           = (accepted.portal_id, accepted.kind, accepted.object_type, accepted.name)
       and accepted.is_now is not null
), dropped as (
    delete from schema_watched as watched
     using accepted
     where (watched.portal_id, watched.kind, watched.object_type, watched.name)
           = (accepted.portal_id, accepted.kind, accepted.object_type, accepted.name)
       and accepted.is_now is null
)
select kind, object_type, name from accepted;
