-- The types that most portals have none of: which a portal uses, and which it may not see.

-- name: used_types
select object_type
  from optional_types
 where portal_id = %(portal_id)s and used_at is not null;

-- name: types_to_look_at
-- Of these types, the ones that were not looked at within the last `wait`.
select object_type
  from unnest(%(object_types)s::text[]) as asked (object_type)
 where not exists (
       select from optional_types known
        where known.portal_id = %(portal_id)s and known.object_type = asked.object_type
          and looked_at > now() - %(wait)s::interval);

-- name: note_looks
-- Every process reads a portal's types again once one of them is used, or is so no longer. A type
-- stays in use when its last record goes: its rows are here.
with found as (
    select *
      from unnest(%(object_types)s::text[], %(is_used)s::boolean[], %(refusals)s::text[])
           as look (object_type, is_used, refusal)
), moved as (
    select found.object_type
      from found
      left join optional_types known on known.portal_id = %(portal_id)s
           and known.object_type = found.object_type
     where is_used <> (known.used_at is not null)
), put as (
    insert into optional_types as known (portal_id, object_type, used_at, refusal)
    select portal_id, found.object_type, case when is_used then now() end, found.refusal
      from found
      join portals on portal_id = %(portal_id)s
     order by found.object_type
        on conflict (portal_id, object_type) do update
       set looked_at = now(), refusal = excluded.refusal,
           used_at = case when excluded.used_at is not null
               then coalesce(known.used_at, excluded.used_at) end
)
update portals
   set schemas_changed_at = case when exists (select from moved)
       then clock_timestamp() else schemas_changed_at end
 where portal_id = %(portal_id)s
returning schemas_changed_at;

-- name: await_used
-- Leaves a backfill of these types waiting for a worker, unless the portal's first one is still to
-- come: that one reads them, too.
insert into scans (portal_id, kind, object_type, state, started_at)
select %(portal_id)s, 'backfill', object_type, 'pending', now()
  from unnest(%(object_types)s::text[]) as object_type
 where exists (select from scans where portal_id = %(portal_id)s and kind = 'backfill')
 order by object_type
    on conflict do nothing
returning object_type;

-- name: end_refused
-- No run of a type goes on that HubSpot shows no more: it would fail each hour.
update scans
   set state = 'cancelled', finished_at = now(), error = %(refusal)s
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and state in ('pending', 'running', 'paused');

-- name: refused_lately
select
  from optional_types
 where portal_id = %(portal_id)s and object_type = %(object_type)s and refusal is not null
   and looked_at > now() - %(wait)s::interval;

-- name: read_optional_types
-- What was found of each type, for `spoke status` and `spoke doctor`.
select portal_id, object_type, looked_at, used_at, refusal
  from optional_types
 where %(portal_id)s::bigint is null or portal_id = %(portal_id)s
 order by portal_id, object_type;

-- name: followed_properties
select object_type, property
  from followed_properties
 where portal_id = %(portal_id)s
 order by object_type, property;

-- name: follow_property
-- Every process keeps its versions from now on.
with followed as (
    insert into followed_properties (portal_id, object_type, property)
    values (%(portal_id)s, %(object_type)s, %(property)s)
        on conflict do nothing
    returning property
)
update portals
   set schemas_changed_at = clock_timestamp()
 where portal_id = %(portal_id)s and exists (select from followed);

-- name: unfollow_property
-- The versions that are here stay.
with unfollowed as (
    delete from followed_properties
     where portal_id = %(portal_id)s and object_type = %(object_type)s
       and property = %(property)s
    returning property
)
update portals
   set schemas_changed_at = clock_timestamp()
 where portal_id = %(portal_id)s and exists (select from unfollowed);
