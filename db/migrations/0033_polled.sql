-- Families of data that no webhook tells of: lists, forms, marketing e-mails and more. The registry
-- is hubspot/polled.py; one more family needs no migration.

create table hubspot_polled (
    portal_id  bigint      not null,
    family     text        not null,
    parent_key text        not null default '',  -- of the list, form … that it belongs to
    key        text        not null,
    raw_json   jsonb       not null,
    stamp      text        not null,  -- changes when the lists of this entry do
    updated_at timestamptz,
    synced_at  timestamptz not null default now(),
    gone_at    timestamptz,
    primary key (portal_id, family, parent_key, key)
);
create index on hubspot_polled (portal_id, family) where gone_at is not null;
comment on table hubspot_polled is
    'Lists, forms, marketing e-mails … as HubSpot sent them; each family has a view';
comment on column hubspot_polled.gone_at is 'since when HubSpot lists the entry no more';

-- Narrow, for there may be millions. record_id is a number: HubSpot lists members in its order, and
-- members that left are found between two pages.
create table hubspot_list_memberships (
    portal_id   bigint      not null,
    list_id     text        not null,
    record_id   bigint      not null,
    object_type text        not null,
    joined_at   timestamptz,
    synced_at   timestamptz not null default now(),
    gone_at     timestamptz,
    primary key (portal_id, list_id, record_id)
);
-- The view shows ids as text, as other views do; privacy deletions look here, too.
create index on hubspot_list_memberships (portal_id, (record_id::text));
comment on table hubspot_list_memberships is
    'Members of lists, the ones that left too; the view list_memberships leaves those out';
comment on column hubspot_list_memberships.gone_at is 'when the record was found to have left';

-- One walk for each list of entries: where it stands, and when it was last at its end.
create table polled_walks (
    portal_id    bigint      not null,
    family       text        not null,
    parent_key   text        not null default '',
    cursor       text,  -- where the walk under way goes on; NULL: none is
    is_whole     boolean     not null default true,  -- else only what is new is asked for
    above        bigint      not null default 0,  -- the highest id of members so far
    since_at     timestamptz,  -- the newest entry of earlier walks
    newest_at    timestamptz,  -- and of this one
    stamp        text,  -- the parent's, as this walk began
    started_at   timestamptz not null default now(),
    completed_at timestamptz,
    whole_at     timestamptz,  -- when the last whole walk ended
    not_before   timestamptz not null default now(),
    counted      bigint      not null default 0,  -- entries so far
    entries      bigint      not null default 0,  -- as the last walk left them
    requests     bigint      not null default 0,  -- since ever
    error        text,
    no_access    boolean     not null default false,
    primary key (portal_id, family, parent_key)
);
comment on table polled_walks is 'Spoke''s own: how far polled families were read; see sync_status';
