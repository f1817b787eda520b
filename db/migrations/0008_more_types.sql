-- Tickets, line items, products, and the engagements beside calls: the same shape as in
-- 0001_mirror.sql.

create table hubspot_tickets_raw (
    portal_id        bigint      not null,
    hubspot_id       text        not null,
    subject          text,
    pipeline         text,
    pipeline_stage   text,
    priority         text,
    category         text,
    createdate       timestamptz,
    closed_date      timestamptz,
    hubspot_owner_id text,
    contact_ids      text[],
    company_ids      text[],
    deal_ids         text[],
    raw_json         jsonb       not null,
    archived         boolean     not null default false,
    archived_at      timestamptz,
    merged_into      text,
    synced_at        timestamptz not null default now(),
    fetched_at       timestamptz not null,
    updated_at       timestamptz not null,
    scan_id          uuid,
    primary key (portal_id, hubspot_id)
);
comment on column hubspot_tickets_raw.pipeline is 'HubSpot property hs_pipeline';
comment on column hubspot_tickets_raw.pipeline_stage is 'HubSpot property hs_pipeline_stage';
comment on column hubspot_tickets_raw.priority is 'HubSpot property hs_ticket_priority';
comment on column hubspot_tickets_raw.category is 'HubSpot property hs_ticket_category';
create index on hubspot_tickets_raw (hubspot_id);
create index on hubspot_tickets_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_tickets_raw (pipeline_stage);
create index on hubspot_tickets_raw (createdate);
create index on hubspot_tickets_raw (closed_date);
create index on hubspot_tickets_raw (hubspot_owner_id);
create index on hubspot_tickets_raw using gin (contact_ids) with (fastupdate = off);
create index on hubspot_tickets_raw using gin (company_ids) with (fastupdate = off);
create index on hubspot_tickets_raw using gin (deal_ids) with (fastupdate = off);
create index on hubspot_tickets_raw using gin (raw_json jsonb_path_ops);
create index on hubspot_tickets_raw (portal_id)
    where raw_json -> 'properties' ->> 'hs_merged_object_ids' <> '';
create statistics hubspot_tickets_raw_merged
    on (raw_json -> 'properties' ->> 'hs_merged_object_ids') from hubspot_tickets_raw;

create table hubspot_line_items_raw (
    portal_id   bigint      not null,
    hubspot_id  text        not null,
    name        text,
    product_id  text,
    quantity    numeric,
    price       numeric,
    amount      numeric,
    createdate  timestamptz,
    deal_ids    text[],
    raw_json    jsonb       not null,
    archived    boolean     not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at   timestamptz not null default now(),
    fetched_at  timestamptz not null,
    updated_at  timestamptz not null,
    scan_id     uuid,
    primary key (portal_id, hubspot_id)
);
comment on column hubspot_line_items_raw.product_id is 'HubSpot property hs_product_id';
create index on hubspot_line_items_raw (hubspot_id);
create index on hubspot_line_items_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_line_items_raw (product_id);
create index on hubspot_line_items_raw (amount);
create index on hubspot_line_items_raw (createdate);
create index on hubspot_line_items_raw using gin (deal_ids) with (fastupdate = off);
create index on hubspot_line_items_raw using gin (raw_json jsonb_path_ops);

create table hubspot_products_raw (
    portal_id   bigint      not null,
    hubspot_id  text        not null,
    name        text,
    sku         text,
    price       numeric,
    createdate  timestamptz,
    raw_json    jsonb       not null,
    archived    boolean     not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at   timestamptz not null default now(),
    fetched_at  timestamptz not null,
    updated_at  timestamptz not null,
    scan_id     uuid,
    primary key (portal_id, hubspot_id)
);
comment on column hubspot_products_raw.sku is 'HubSpot property hs_sku';
create index on hubspot_products_raw (hubspot_id);
create index on hubspot_products_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_products_raw (name);
create index on hubspot_products_raw (sku);
create index on hubspot_products_raw (createdate);
create index on hubspot_products_raw using gin (raw_json jsonb_path_ops);

create table hubspot_emails_raw (
    portal_id        bigint      not null,
    hubspot_id       text        not null,
    subject          text,
    direction        text,
    status           text,
    email_timestamp  timestamptz,
    hubspot_owner_id text,
    contact_ids      text[],
    company_ids      text[],
    deal_ids         text[],
    raw_json         jsonb       not null,
    archived         boolean     not null default false,
    archived_at      timestamptz,
    merged_into      text,
    synced_at        timestamptz not null default now(),
    fetched_at       timestamptz not null,
    updated_at       timestamptz not null,
    scan_id          uuid,
    primary key (portal_id, hubspot_id)
);
comment on column hubspot_emails_raw.subject is 'HubSpot property hs_email_subject';
comment on column hubspot_emails_raw.direction is 'HubSpot property hs_email_direction';
comment on column hubspot_emails_raw.status is 'HubSpot property hs_email_status';
comment on column hubspot_emails_raw.email_timestamp is 'HubSpot property hs_timestamp';
create index on hubspot_emails_raw (hubspot_id);
create index on hubspot_emails_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_emails_raw (email_timestamp);
create index on hubspot_emails_raw (hubspot_owner_id);
create index on hubspot_emails_raw using gin (contact_ids) with (fastupdate = off);
create index on hubspot_emails_raw using gin (company_ids) with (fastupdate = off);
create index on hubspot_emails_raw using gin (deal_ids) with (fastupdate = off);
create index on hubspot_emails_raw using gin (raw_json jsonb_path_ops);

create table hubspot_meetings_raw (
    portal_id         bigint      not null,
    hubspot_id        text        not null,
    title             text,
    outcome           text,
    start_time        timestamptz,
    end_time          timestamptz,
    meeting_timestamp timestamptz,
    hubspot_owner_id  text,
    contact_ids       text[],
    company_ids       text[],
    deal_ids          text[],
    raw_json          jsonb       not null,
    archived          boolean     not null default false,
    archived_at       timestamptz,
    merged_into       text,
    synced_at         timestamptz not null default now(),
    fetched_at        timestamptz not null,
    updated_at        timestamptz not null,
    scan_id           uuid,
    primary key (portal_id, hubspot_id)
);
comment on column hubspot_meetings_raw.title is 'HubSpot property hs_meeting_title';
comment on column hubspot_meetings_raw.outcome is 'HubSpot property hs_meeting_outcome';
comment on column hubspot_meetings_raw.start_time is 'HubSpot property hs_meeting_start_time';
comment on column hubspot_meetings_raw.end_time is 'HubSpot property hs_meeting_end_time';
comment on column hubspot_meetings_raw.meeting_timestamp is 'HubSpot property hs_timestamp';
create index on hubspot_meetings_raw (hubspot_id);
create index on hubspot_meetings_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_meetings_raw (start_time);
create index on hubspot_meetings_raw (meeting_timestamp);
create index on hubspot_meetings_raw (hubspot_owner_id);
create index on hubspot_meetings_raw using gin (contact_ids) with (fastupdate = off);
create index on hubspot_meetings_raw using gin (company_ids) with (fastupdate = off);
create index on hubspot_meetings_raw using gin (deal_ids) with (fastupdate = off);
create index on hubspot_meetings_raw using gin (raw_json jsonb_path_ops);

create table hubspot_notes_raw (
    portal_id        bigint      not null,
    hubspot_id       text        not null,
    body             text,
    note_timestamp   timestamptz,
    hubspot_owner_id text,
    contact_ids      text[],
    company_ids      text[],
    deal_ids         text[],
    raw_json         jsonb       not null,
    archived         boolean     not null default false,
    archived_at      timestamptz,
    merged_into      text,
    synced_at        timestamptz not null default now(),
    fetched_at       timestamptz not null,
    updated_at       timestamptz not null,
    scan_id          uuid,
    primary key (portal_id, hubspot_id)
);
comment on column hubspot_notes_raw.body is 'HubSpot property hs_note_body';
comment on column hubspot_notes_raw.note_timestamp is 'HubSpot property hs_timestamp';
create index on hubspot_notes_raw (hubspot_id);
create index on hubspot_notes_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_notes_raw (note_timestamp);
create index on hubspot_notes_raw (hubspot_owner_id);
create index on hubspot_notes_raw using gin (contact_ids) with (fastupdate = off);
create index on hubspot_notes_raw using gin (company_ids) with (fastupdate = off);
create index on hubspot_notes_raw using gin (deal_ids) with (fastupdate = off);
create index on hubspot_notes_raw using gin (raw_json jsonb_path_ops);

create table hubspot_tasks_raw (
    portal_id        bigint      not null,
    hubspot_id       text        not null,
    subject          text,
    status           text,
    priority         text,
    due_at           timestamptz,
    hubspot_owner_id text,
    contact_ids      text[],
    company_ids      text[],
    deal_ids         text[],
    raw_json         jsonb       not null,
    archived         boolean     not null default false,
    archived_at      timestamptz,
    merged_into      text,
    synced_at        timestamptz not null default now(),
    fetched_at       timestamptz not null,
    updated_at       timestamptz not null,
    scan_id          uuid,
    primary key (portal_id, hubspot_id)
);
comment on column hubspot_tasks_raw.subject is 'HubSpot property hs_task_subject';
comment on column hubspot_tasks_raw.status is 'HubSpot property hs_task_status';
comment on column hubspot_tasks_raw.priority is 'HubSpot property hs_task_priority';
comment on column hubspot_tasks_raw.due_at is 'HubSpot property hs_timestamp';
create index on hubspot_tasks_raw (hubspot_id);
create index on hubspot_tasks_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_tasks_raw (status);
create index on hubspot_tasks_raw (due_at);
create index on hubspot_tasks_raw (hubspot_owner_id);
create index on hubspot_tasks_raw using gin (contact_ids) with (fastupdate = off);
create index on hubspot_tasks_raw using gin (company_ids) with (fastupdate = off);
create index on hubspot_tasks_raw using gin (deal_ids) with (fastupdate = off);
create index on hubspot_tasks_raw using gin (raw_json jsonb_path_ops);
