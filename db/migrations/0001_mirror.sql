-- The mirrored records: one table per type, typed columns beside the whole record as JSON.
-- No foreign keys between records: events arrive in any order. Association arrays are NULL until they were read.

create table hubspot_contacts_raw (
    portal_id            bigint      not null,
    hubspot_id           text        not null,
    email                text,
    phone                text,
    firstname            text,
    lastname             text,
    createdate           timestamptz,
    lifecyclestage       text,
    vsl_watched          boolean,
    vsl_watch_duration   integer,
    sales_script_version text,
    hubspot_owner_id     text,
    company_ids          text[],
    deal_ids             text[],
    call_ids             text[],
    raw_json             jsonb       not null,
    archived             boolean     not null default false,
    archived_at          timestamptz,
    merged_into          text,
    synced_at            timestamptz not null default now(),
    fetched_at           timestamptz not null,
    updated_at           timestamptz not null,
    scan_id              uuid,
    primary key (portal_id, hubspot_id)
);

create table hubspot_companies_raw (
    portal_id         bigint      not null,
    hubspot_id        text        not null,
    name              text,
    domain            text,
    industry          text,
    createdate        timestamptz,
    annualrevenue     numeric,
    numberofemployees numeric,
    hubspot_owner_id  text,
    contact_ids       text[],
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

create table hubspot_deals_raw (
    portal_id                      bigint      not null,
    hubspot_id                     text        not null,
    dealname                       text,
    amount                         numeric,
    dealstage                      text,
    pipeline                       text,
    createdate                     timestamptz,
    closedate                      timestamptz,
    qualified_status               text,
    trial_status                   text,
    payment_status                 text,
    number_of_installments__months integer,
    deal_whole_amount              numeric,
    upfront_payment                numeric,
    offer_given                    boolean,
    offer_accepted                 boolean,
    cancellation_reason            text,
    hubspot_owner_id               text,
    contact_ids                    text[],
    company_ids                    text[],
    raw_json                       jsonb       not null,
    archived                       boolean     not null default false,
    archived_at                    timestamptz,
    merged_into                    text,
    synced_at                      timestamptz not null default now(),
    fetched_at                     timestamptz not null,
    updated_at                     timestamptz not null,
    scan_id                        uuid,
    primary key (portal_id, hubspot_id)
);

create table hubspot_calls_raw (
    portal_id        bigint      not null,
    hubspot_id       text        not null,
    call_duration    integer,
    call_direction   text,
    call_to_number   text,
    call_from_number text,
    call_timestamp   timestamptz,
    call_disposition text,
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

comment on column hubspot_calls_raw.call_duration is 'milliseconds';

-- People look records up by HubSpot's id alone, filter by the typed columns and join by the arrays.
create index on hubspot_contacts_raw (hubspot_id);
create index on hubspot_contacts_raw (lower(trim(email)));
create index on hubspot_contacts_raw (email);
create index on hubspot_contacts_raw (phone);
create index on hubspot_contacts_raw (createdate);
create index on hubspot_contacts_raw (lifecyclestage);
create index on hubspot_contacts_raw (hubspot_owner_id);
create index on hubspot_contacts_raw using gin (company_ids);
create index on hubspot_contacts_raw using gin (deal_ids);
create index on hubspot_contacts_raw using gin (call_ids);
create index on hubspot_contacts_raw using gin (raw_json jsonb_path_ops);

create index on hubspot_companies_raw (hubspot_id);
create index on hubspot_companies_raw (name);
create index on hubspot_companies_raw (domain);
create index on hubspot_companies_raw (createdate);
create index on hubspot_companies_raw (hubspot_owner_id);
create index on hubspot_companies_raw using gin (contact_ids);
create index on hubspot_companies_raw using gin (deal_ids);
create index on hubspot_companies_raw using gin (raw_json jsonb_path_ops);

create index on hubspot_deals_raw (hubspot_id);
create index on hubspot_deals_raw (createdate);
create index on hubspot_deals_raw (closedate);
create index on hubspot_deals_raw (dealstage);
create index on hubspot_deals_raw (amount);
create index on hubspot_deals_raw (payment_status);
create index on hubspot_deals_raw (hubspot_owner_id);
create index on hubspot_deals_raw using gin (contact_ids);
create index on hubspot_deals_raw using gin (company_ids);
create index on hubspot_deals_raw using gin (raw_json jsonb_path_ops);

create index on hubspot_calls_raw (hubspot_id);
create index on hubspot_calls_raw (call_to_number);
create index on hubspot_calls_raw (call_from_number);
create index on hubspot_calls_raw (call_timestamp);
create index on hubspot_calls_raw (call_duration);
create index on hubspot_calls_raw (hubspot_owner_id);
create index on hubspot_calls_raw using gin (contact_ids);
create index on hubspot_calls_raw using gin (company_ids);
create index on hubspot_calls_raw using gin (deal_ids);
create index on hubspot_calls_raw using gin (raw_json jsonb_path_ops);

-- What describes the records. Small: refreshed whole.
create table hubspot_owners (
    portal_id  bigint      not null,
    hubspot_id text        not null,
    email      text,
    firstname  text,
    lastname   text,
    archived   boolean     not null default false,
    raw_json   jsonb       not null,
    synced_at  timestamptz not null default now(),
    primary key (portal_id, hubspot_id)
);

create table hubspot_pipelines (
    portal_id   bigint      not null,
    object_type text        not null,
    hubspot_id  text        not null,
    label       text,
    raw_json    jsonb       not null,
    synced_at   timestamptz not null default now(),
    primary key (portal_id, object_type, hubspot_id)
);

create table hubspot_properties (
    portal_id   bigint      not null,
    object_type text        not null,
    name        text        not null,
    label       text,
    type        text,
    field_type  text,
    calculated  boolean     not null default false,
    raw_json    jsonb       not null,
    synced_at   timestamptz not null default now(),
    primary key (portal_id, object_type, name)
);
