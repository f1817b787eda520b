-- Competitors: who they are, which deals name them, and what is still to be read.

create table competitors (
    portal_id bigint      not null,
    name      text        not null,
    aliases   text[]      not null default '{}',
    never     text[]      not null default '{}',
    added_at  timestamptz not null default now(),
    primary key (portal_id, name)
);
comment on table competitors is 'Competitors that people named, and how else they are written';
comment on column competitors.never is 'phrases with the name in them that mean something else';

-- No text is kept here: what a record says may be erased, and then nothing of it stays.
create table competitor_mentions (
    portal_id    bigint      not null,
    deal_id      text        not null,
    competitor   text        not null,
    source       text        not null,
    record_id    text        not null,
    mentioned_at timestamptz,
    found_at     timestamptz not null default now(),
    primary key (portal_id, deal_id, competitor, source, record_id)
);
create index competitor_mentions_records on competitor_mentions (portal_id, source, record_id);
create index competitor_mentions_names on competitor_mentions (portal_id, competitor);
comment on table competitor_mentions is
    'Which deals name which competitors, and the records that do; see the view of that name';

-- Records whose text came or changed. Rows are only added, so that no writer waits for another.
create table competitor_marks (
    portal_id   bigint not null,
    mark_id     bigint not null generated always as identity,
    object_type text   not null,
    hubspot_id  text   not null,
    primary key (portal_id, mark_id)
);
comment on table competitor_marks is 'Spoke''s own: records to look through for competitors';

-- After a change to the competitors everything is read again, in the order of ids.
create table competitor_walks (
    portal_id   bigint not null,
    object_type text   not null,
    after       text   not null default '',
    primary key (portal_id, object_type)
);
comment on table competitor_walks is 'Spoke''s own: behind which id texts are still to be read';

-- A deal that was lost with a competitor's name in it, once for each: the cause of an alert.
create table competitive_losses (
    portal_id  bigint      not null,
    deal_id    text        not null,
    competitor text        not null,
    lost_at    timestamptz,
    noticed_at timestamptz not null default now(),
    primary key (portal_id, deal_id, competitor)
);
create index competitive_losses_names on competitive_losses (portal_id, competitor, lost_at);
comment on table competitive_losses is 'Deals that were lost while they named a competitor';
comment on column competitive_losses.noticed_at is
    'when Spoke found it: within seconds for a live change';
