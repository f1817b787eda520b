-- name: put_portal
insert into portals as known (portal_id, name, time_zone, currency, country, token_encrypted,
    rate_limit)
values (%(portal_id)s, %(name)s, %(time_zone)s, %(currency)s, %(country)s, %(token_encrypted)s,
    %(rate_limit)s)
    on conflict (portal_id) do update
   set name = coalesce(excluded.name, known.name),
       time_zone = excluded.time_zone,
       currency = excluded.currency,
       country = coalesce(excluded.country, known.country),
       rate_limit = coalesce(excluded.rate_limit, known.rate_limit),
       token_encrypted = coalesce(excluded.token_encrypted, known.token_encrypted)
returning token_encrypted;

-- name: portals
select portal_id, name, token_encrypted, time_zone, currency, country, rate_limit, paused_at,
    paused_until,
       paused_reason, held, schemas_changed_at,
       paused_at is not null and (paused_until is null or paused_until > now()) as paused
  from portals
 order by portal_id;

-- name: limit_portal
-- NULL: as HUBSPOT_RATE_LIMIT says.
update portals set rate_limit = %(rate_limit)s where portal_id = %(portal_id)s;

-- name: pause_portal
-- A portal that an operator paused keeps the operator's reason, also when something else fails
-- meanwhile.
update portals
   set paused_at = now(), paused_reason = %(reason)s, paused_until = now() + %(wait)s::interval,
       held = %(held)s
 where portal_id = %(portal_id)s and (%(held)s or not held);

-- name: resume_portal
update portals
   set paused_at = null, paused_reason = null, paused_until = null, held = false
 where portal_id = %(portal_id)s and (%(held)s or not held);

-- name: portals_overview
-- Each portal with its stored records and its waiting work.
select portal_id, name, time_zone, currency, country, rate_limit,
    token_encrypted is not null as own_token,
       case when paused_at is null or paused_until < now() then 'active' else 'paused' end as state,
       case when paused_at is null or paused_until < now() then null else paused_reason
           end as paused_reason,
       paused_until, rows, archived_rows, pending, oldest_pending_seconds, failed
  from portals
  join (select portal_id, sum(rows)::bigint as rows, sum(archived_rows)::bigint as archived_rows,
               sum(pending)::bigint as pending,
                   max(oldest_pending_seconds) as oldest_pending_seconds,
               sum(failed)::bigint as failed
          from sync_status
         where not is_polled
         group by portal_id) as totals using (portal_id)
 order by portal_id;

-- name: drop_unclaimed_changes
-- Marks of any generation go: the whole portal goes, and newer marks go in the next round.
delete from pending_changes where portal_id = %(portal_id)s
    and (leased_until is null or leased_until < now());

-- name: claimed_changes
select exists (select from pending_changes where portal_id = %(portal_id)s) as claimed;

-- name: portal_tables
-- Every table of ours with rows of portals, and the table that it is a partition of, else itself.
-- The table of scans first: a worker that writes a page of a scan asks for it, and stops when it is
-- gone. The portal itself last. Not the notes of its views, which go with the views.
select relname as "table", coalesce(whole.name, relname) as of_table
  from pg_class
  join pg_attribute on attrelid = pg_class.oid and attname = 'portal_id' and not attisdropped
  left join lateral (
       select parent.relname as name from pg_class as parent
        where parent.oid = pg_partition_root(pg_class.oid)) as whole on true
 where relnamespace = to_regnamespace(quote_ident(current_schema())) and relkind = 'r'
   and relname <> 'typed_views'
 order by relname = 'portals', relname not in ('scans', 'pending_changes'), relname;

-- name: portal_country
-- For share: a country that is set meanwhile waits for us, so that no row escapes its second
-- reading.
select country from portals where portal_id = %(portal_id)s for share;

-- name: set_portal_country
update portals set country = %(country)s where portal_id = %(portal_id)s;

-- name: describe_portal
-- What HubSpot says of the account. A portal that was removed meanwhile stays away.
update portals
   set time_zone = coalesce(%(time_zone)s, time_zone), currency = coalesce(%(currency)s, currency)
 where portal_id = %(portal_id)s
   and (time_zone, currency) is distinct from
       (coalesce(%(time_zone)s, time_zone), coalesce(%(currency)s, currency));

-- name: known_zone
-- The first of these names that this PostgreSQL knows.
select known.name
  from unnest(%(names)s::text[]) with ordinality as asked (name, place)
  join pg_timezone_names as known using (name)
 order by place
 limit 1;

-- name: unknown_zones
select portal_id, time_zone
  from portals
 where time_zone not in (select name from pg_timezone_names)
 order by portal_id;

-- name: put_token
update portals set token_encrypted = %(encrypted)s where portal_id = %(portal_id)s;
