-- Privacy deletions that HubSpot announced, until HubSpot no longer knows the record; and the ones
-- that an operator took back, with the reason. A record that was erased has no row here.
create table privacy_requests (
    portal_id     bigint      not null,
    object_type   text        not null,
    hubspot_id    text        not null,
    asked_at      timestamptz not null default now(),
    next_at       timestamptz not null default now(),
    attempts      integer     not null default 0,
    last_answer   text,
    undone_at     timestamptz,
    undone_reason text,
    primary key (portal_id, object_type, hubspot_id)
);

-- Which key the hash of an erased id was made with; NULL for those that the portal's salt made.
alter table purges add column key_id text;

-- Events of portals that nobody registered: how many, since when, and nothing of what they say.
create table unknown_portals (
    portal_id         bigint      not null primary key,
    events            bigint      not null,
    first_at          timestamptz not null,
    last_at           timestamptz not null,
    subscription_type text        not null
);
