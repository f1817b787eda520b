-- Tokens of programs, people of the dashboard, their sessions, and the audit.

-- name: add_api_token
insert into api_tokens (token_id, name, hash, scopes, portals, expires_at)
values (%(token_id)s, %(name)s, %(hash)s, %(scopes)s, %(portals)s, %(expires_at)s);

-- name: api_token
select token_id, name, hash, scopes, portals,
       revoked_at is null and expires_at > %(now)s as is_valid,
       last_used_at is null or last_used_at < %(now)s - interval '1 minute' as is_news
  from api_tokens
 where token_id = %(token_id)s;

-- name: note_token_use
update api_tokens set last_used_at = %(now)s where token_id = %(token_id)s;

-- name: api_tokens
select token_id, name, scopes, portals, created_at, expires_at, revoked_at, last_used_at
  from api_tokens
 order by created_at, token_id;

-- name: revoke_api_token
update api_tokens set revoked_at = coalesce(revoked_at, %(now)s) where token_id = %(token_id)s;

-- name: add_audit_entry
insert into audit_entries (actor, action, about_portal, details, address, request_id)
values (%(actor)s, %(action)s, %(portal_id)s, %(details)s::jsonb, %(address)s, %(request_id)s);

-- name: audit_entries
-- Newest first; of all portals that are given, and with `every` entries of no portal.
select entry_id, at, actor, action, about_portal as portal_id, details, address, request_id
  from audit_entries
 where (about_portal = any (%(portals)s) or (%(every)s and about_portal is null))
   and (%(before)s::bigint is null or entry_id < %(before)s)
 order by entry_id desc
 limit %(limit)s;

-- name: put_dashboard_user
insert into dashboard_users (email, password_hash, scopes, portals)
values (%(email)s, %(password_hash)s, %(scopes)s, %(portals)s)
    on conflict (email) do update
   set password_hash = coalesce(excluded.password_hash, dashboard_users.password_hash),
       scopes = excluded.scopes, portals = excluded.portals, disabled_at = null;

-- name: dashboard_user
select email, password_hash, scopes, portals
  from dashboard_users
 where email = %(email)s and disabled_at is null;

-- name: dashboard_users
select email, password_hash is not null as has_password, scopes, portals, created_at, disabled_at
  from dashboard_users
 order by email;

-- name: disable_dashboard_user
update dashboard_users set disabled_at = coalesce(disabled_at, now()) where email = %(email)s;

-- name: end_sessions_of
delete from dashboard_sessions where email = %(email)s;

-- name: begin_session
insert into dashboard_sessions (hash, email, began_at, seen_at)
values (%(hash)s, %(email)s, %(now)s, %(now)s);

-- name: session_user
-- Whose session this is; NULL columns never match, so an ended one answers nothing. A session that
-- was seen within the last minute is not written again.
update dashboard_sessions as kept
   set seen_at = case when kept.seen_at < %(now)s - interval '1 minute' then %(now)s
                      else kept.seen_at end
  from dashboard_users as who
 where kept.hash = %(hash)s and who.email = kept.email and who.disabled_at is null
   and kept.seen_at > %(now)s::timestamptz - %(idle)s::interval
   and kept.began_at > %(now)s::timestamptz - %(absolute)s::interval
returning who.email, who.scopes, who.portals;

-- name: end_session
delete from dashboard_sessions where hash = %(hash)s;

-- name: drop_old_sessions
delete from dashboard_sessions
 where seen_at <= %(now)s::timestamptz - %(idle)s::interval
    or began_at <= %(now)s::timestamptz - %(absolute)s::interval;

-- name: times_in_audit
-- Counts the entries of one action by one actor since then.
select count(*) as times
  from audit_entries
 where at > %(since)s and actor = %(actor)s and action = %(action)s;
