-- What leaves Spoke: the outbox, what is held back of it, webhooks of ours, and values written to
-- HubSpot.

-- THE outbox. A row is put in the transaction of its cause, and sent at least once. The keys of
-- messages that were sent keep doubles out for as long as they are kept.
create table outgoing_messages (
    portal_id       bigint      not null,
    message_id      uuid        not null default gen_random_uuid(),
    channel         text        not null,  -- as the registry outgoing/channels.py names it
    destination     text        not null,  -- an endpoint, an object type, a Slack channel …
    idempotency_key text        not null,
    payload         jsonb       not null,
    made_at         timestamptz not null default now(),
    due_at          timestamptz not null default now(),
    expires_at      timestamptz,           -- afterwards it is not worth sending
    attempts        integer     not null default 0,
    leased_until    timestamptz,           -- a process has it in hand
    sent_at         timestamptz,
    failed_at       timestamptz,           -- dead: only a replay sends it
    error           text,
    primary key (portal_id, message_id),
    unique (portal_id, channel, destination, idempotency_key)
);
create index outgoing_messages_open on outgoing_messages (portal_id, channel, destination, due_at)
    where sent_at is null and failed_at is null;
create index outgoing_messages_sent on outgoing_messages (sent_at) where sent_at is not null;
create index outgoing_messages_dead on outgoing_messages (failed_at) where failed_at is not null;
comment on table outgoing_messages is
    'Spoke''s own: what is to be sent, was sent lately, or could not be sent';

-- What is not sent for now: a whole channel of a portal ('' is every destination) that people
-- paused, or a destination that did not answer and rests.
create table outgoing_holds (
    portal_id   bigint      not null,
    channel     text        not null,
    destination text        not null default '',
    held_at     timestamptz not null default now(),
    until       timestamptz,               -- NULL: until people resume it
    reason      text        not null,
    primary key (portal_id, channel, destination)
);
comment on table outgoing_holds is 'Spoke''s own: what is paused or rests of what goes out';

create table webhook_endpoints (
    portal_id    bigint      not null,
    endpoint_id  text        not null,
    url          text        not null,
    events       text[]      not null default '{}',  -- empty: all of them
    object_types text[]      not null default '{}',
    properties   text[]      not null default '{}',
    secrets      bytea[]     not null,  -- encrypted, the newest first
    created_at   timestamptz not null default now(),
    primary key (portal_id, endpoint_id)
);
comment on table webhook_endpoints is
    'Spoke''s own: where webhooks of ours go. Secrets are encrypted under ENCRYPTION_KEY';

-- What HubSpot was asked to hold. Written before it is asked: the event of our own write may come
-- before HubSpot's answer does.
create table written_values (
    portal_id   bigint      not null,
    object_type text        not null,
    hubspot_id  text        not null,
    property    text        not null,
    value       text,                   -- NULL: the value was to be cleared
    asked_at    timestamptz not null default now(),
    written_at  timestamptz,            -- HubSpot said so; NULL: not known yet, or refused
    error       text,
    primary key (portal_id, object_type, hubspot_id, property)
);
comment on table written_values is 'Spoke''s own: the last value that it wrote of each property';
