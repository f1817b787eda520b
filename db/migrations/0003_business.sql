-- The company's own data, which the linking views join to. Created empty where absent: a company
-- with real tables puts views of the same names and columns in their place. The schema itself is
-- made before any migration: `create schema if not exists` asks for the right to create it even
-- where an admin has made it.

create table if not exists business.users (
    user_id               text primary key,
    email                 text,
    first_name            text,
    last_name             text,
    client_lifetime_spend numeric,
    created_at            timestamptz default now()
);

create table if not exists business.teams (
    team_id    text primary key,
    team_name  text,
    created_at timestamptz default now()
);

create table if not exists business.team_membership (
    team_id text not null,
    user_id text not null,
    primary key (team_id, user_id)
);

create table if not exists business.transactions (
    transaction_id text primary key,
    user_id        text,
    amount         numeric,
    created_at     timestamptz default now()
);
