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
-- Newest first; of all portals that are given, and entries of no portal.
select entry_id, at, actor, action, about_portal as portal_id, details, address, request_id
  from audit_entries
 where (about_portal is null or about_portal = any (%(portals)s))
   and (%(before)s::bigint is null or entry_id < %(before)s)
 order by entry_id desc
 limit %(limit)s;
