-- name: put_portal
insert into portals as known (portal_id, name, time_zone, currency, token_encrypted)
values (%(portal_id)s, %(name)s, %(time_zone)s, %(currency)s, %(token_encrypted)s)
    on conflict (portal_id) do update
   set name = coalesce(excluded.name, known.name),
       time_zone = excluded.time_zone,
       currency = excluded.currency,
       token_encrypted = excluded.token_encrypted;

-- name: portals
select portal_id, name, token_encrypted, time_zone, currency, country, paused_at, paused_until, paused_reason,
       paused_at is not null and (paused_until is null or paused_until > now()) as paused
  from portals
 order by portal_id;

-- name: pause_portal
update portals
   set paused_at = now(), paused_reason = %(reason)s, paused_until = now() + %(wait)s::interval
 where portal_id = %(portal_id)s;

-- name: resume_portal
update portals
   set paused_at = null, paused_reason = null, paused_until = null
 where portal_id = %(portal_id)s;
