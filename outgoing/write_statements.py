"""Hold the two statements of write-back that name a type's own table."""

from __future__ import annotations

from psycopg.sql import SQL

PLAN = SQL("""
with wanted as ({wanted})
select wanted.hubspot_id, wanted.value as wanted, known.value as known
  from wanted
  join {table} as kept
    on kept.portal_id = %(portal_id)s and kept.hubspot_id = wanted.hubspot_id
  left join written_values as written
    on written.portal_id = %(portal_id)s and written.object_type = %(object_type)s
   and written.hubspot_id = wanted.hubspot_id and written.property = %(property)s
 cross join lateral (
       select case when written.written_at >= kept.fetched_at then written.value
                   else nullif(kept.raw_json -> 'properties' ->> %(property)s, '')
              end as value) as known
 where not kept.archived and kept.merged_into is null
   and coalesce(wanted.value, '') <> coalesce(known.value, '')
 order by wanted.hubspot_id::bigint
""")
# The rows count as fetched now, so that a read of before the write does not undo it. Their modified
# time stays: it says which version of the whole record was read, and only a read may say that.
MIRROR = SQL("""
update {table} as kept
   set raw_json = kept.raw_json || written.raw || jsonb_build_object('properties',
           (kept.raw_json -> 'properties') || written.properties),
       fetched_at = now(), synced_at = now()
  from unnest(%(hubspot_ids)s::text[], %(properties)s::jsonb[], %(raws)s::jsonb[],
              %(updated_ats)s::timestamptz[])
       as written (hubspot_id, properties, raw, updated_at)
 where kept.portal_id = %(portal_id)s and kept.hubspot_id = written.hubspot_id
   and kept.updated_at <= written.updated_at
""")
