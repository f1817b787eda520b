-- Tickets, line items, products, and the engagements beside calls: the same shape as 0001_mirror.sql.

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
create index on hubspot_tickets_raw (hubspot_id);
create index on hubspot_tickets_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_tickets_raw (pipeline_stage);
create index on hubspot_tickets_raw (createdate);
create index on hubspot_tickets_raw (closed_date);
create index on hubspot_tickets_raw (hubspot_owner_id);
create index on hubspot_tickets_raw using gin (contact_ids);
create index on hubspot_tickets_raw using gin (company_ids);
create index on hubspot_tickets_raw using gin (deal_ids);
create index on hubspot_tickets_raw using gin (raw_json jsonb_path_ops);

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
create index on hubspot_line_items_raw (hubspot_id);
create index on hubspot_line_items_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_line_items_raw (product_id);
create index on hubspot_line_items_raw (amount);
create index on hubspot_line_items_raw (createdate);
create index on hubspot_line_items_raw using gin (deal_ids);
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
create index on hubspot_emails_raw (hubspot_id);
create index on hubspot_emails_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_emails_raw (email_timestamp);
create index on hubspot_emails_raw (hubspot_owner_id);
create index on hubspot_emails_raw using gin (contact_ids);
create index on hubspot_emails_raw using gin (company_ids);
create index on hubspot_emails_raw using gin (deal_ids);
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
create index on hubspot_meetings_raw (hubspot_id);
create index on hubspot_meetings_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_meetings_raw (start_time);
create index on hubspot_meetings_raw (meeting_timestamp);
create index on hubspot_meetings_raw (hubspot_owner_id);
create index on hubspot_meetings_raw using gin (contact_ids);
create index on hubspot_meetings_raw using gin (company_ids);
create index on hubspot_meetings_raw using gin (deal_ids);
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
create index on hubspot_notes_raw (hubspot_id);
create index on hubspot_notes_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_notes_raw (note_timestamp);
create index on hubspot_notes_raw (hubspot_owner_id);
create index on hubspot_notes_raw using gin (contact_ids);
create index on hubspot_notes_raw using gin (company_ids);
create index on hubspot_notes_raw using gin (deal_ids);
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
create index on hubspot_tasks_raw (hubspot_id);
create index on hubspot_tasks_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_tasks_raw (status);
create index on hubspot_tasks_raw (due_at);
create index on hubspot_tasks_raw (hubspot_owner_id);
create index on hubspot_tasks_raw using gin (contact_ids);
create index on hubspot_tasks_raw using gin (company_ids);
create index on hubspot_tasks_raw using gin (deal_ids);
create index on hubspot_tasks_raw using gin (raw_json jsonb_path_ops);
