-- Who may use the API and the pages, and what they did there.

create table api_tokens (
    token_id text primary key,
    name text not null,
    hash bytea not null,
    scopes text [] not null,
    portals bigint [] not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz
);
comment on table api_tokens is
'Tokens of programs. hash is an HMAC of the secret part: the token itself is stored nowhere.';

create table dashboard_users (
    email text primary key,
    password_hash text,
    scopes text [] not null,
    portals bigint [] not null,
    created_at timestamptz not null default now(),
    disabled_at timestamptz
);
comment on table dashboard_users is
'People who may sign in. password_hash is NULL where Supabase Auth checks the password.';

create table dashboard_sessions (
    hash bytea primary key,
    email text not null,
    began_at timestamptz not null default now(),
    seen_at timestamptz not null default now()
);
create index on dashboard_sessions (seen_at);

create table audit_entries (
    entry_id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    action text not null,
    about_portal bigint,
    details jsonb not null default '{}',
    address text,
    request_id text
);
create index on audit_entries (at);
comment on table audit_entries is
'Who did what through the API and the pages. Rows are only added; no values of records, no tokens.';
