-- The types that most portals have none of (hubspot/optional_objects.py). Their tables are as those
-- in 0001_mirror.sql, and hold few records. So each has two indexes, its key and one for the ids of
-- all that it is linked to, where other types have up to fourteen: an empty table costs a migration
-- and each copy of a database five files.

create table record_ends (
    raw_json    jsonb       not null,
    archived    boolean     not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at   timestamptz not null default now(),
    fetched_at  timestamptz not null,
    updated_at  timestamptz not null,
    scan_id     uuid
);

create table hubspot_quotes_raw (
    portal_id bigint not null, hubspot_id text not null,
    title text, status text, amount numeric, currency text, expires_at timestamptz,
    hubspot_owner_id text, createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_quotes_raw_links on hubspot_quotes_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_orders_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, total_price numeric, currency text, source_store text, external_order_id text,
    payment_status text, fulfillment_status text, hubspot_owner_id text, pipeline text,
    stage text, createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_orders_raw_links on hubspot_orders_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_carts_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, total_price numeric, currency text, source_store text, external_cart_id text,
    external_status text, createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_carts_raw_links on hubspot_carts_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_invoices_raw (
    portal_id bigint not null, hubspot_id text not null,
    number text, title text, status text, amount_billed numeric, balance_due numeric,
    currency text, invoice_date timestamptz, due_date timestamptz, hubspot_owner_id text,
    createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_invoices_raw_links on hubspot_invoices_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_subscriptions_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, status text, currency text, recurring_frequency text, started_at timestamptz,
    next_payment_due_at timestamptz, next_payment_amount numeric, hubspot_owner_id text,
    createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_subscriptions_raw_links on hubspot_subscriptions_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_commerce_payments_raw (
    portal_id bigint not null, hubspot_id text not null,
    amount numeric, net_amount numeric, fees_amount numeric, refunds_amount numeric,
    currency text, status text, payment_method text, customer_email text,
    initiated_at timestamptz, createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_commerce_payments_raw_links on hubspot_commerce_payments_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_discounts_raw (
    portal_id bigint not null, hubspot_id text not null,
    label text, value_type text, value numeric, createdate timestamptz,
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);

create table hubspot_fees_raw (
    portal_id bigint not null, hubspot_id text not null,
    label text, value_type text, value numeric, createdate timestamptz,
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);

create table hubspot_taxes_raw (
    portal_id bigint not null, hubspot_id text not null,
    label text, value_type text, value numeric, createdate timestamptz,
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);

create table hubspot_leads_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, lead_type text, label text, hubspot_owner_id text, pipeline text, stage text,
    createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_leads_raw_links on hubspot_leads_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_communications_raw (
    portal_id bigint not null, hubspot_id text not null,
    channel text, logged_from text, body text, communication_timestamp timestamptz,
    hubspot_owner_id text, createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_communications_raw_links on hubspot_communications_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_goal_targets_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, target_amount numeric, starts_at timestamptz, ends_at timestamptz,
    created_by_user_id text, goal_id text, createdate timestamptz,
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);

create table hubspot_appointments_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, status text, starts_at timestamptz, ends_at timestamptz, hubspot_owner_id text,
    pipeline text, stage text, createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_appointments_raw_links on hubspot_appointments_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_courses_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, course_id text, enrollment_capacity integer, hubspot_owner_id text,
    pipeline text, stage text, createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_courses_raw_links on hubspot_courses_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_listings_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, price numeric, listing_type text, city text, state text, hubspot_owner_id text,
    pipeline text, stage text, createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_listings_raw_links on hubspot_listings_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_services_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, category text, total_cost numeric, amount_paid numeric, starts_at timestamptz,
    target_end_at timestamptz, closed_at timestamptz, hubspot_owner_id text, pipeline text,
    stage text, createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_services_raw_links on hubspot_services_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_projects_raw (
    portal_id bigint not null, hubspot_id text not null,
    name text, status text, starts_at timestamptz, target_end_at timestamptz,
    hubspot_owner_id text, pipeline text, stage text, createdate timestamptz,
    contact_ids text[], company_ids text[], deal_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_projects_raw_links on hubspot_projects_raw
    using gin (contact_ids, company_ids, deal_ids) with (fastupdate = off);

create table hubspot_feedback_submissions_raw (
    portal_id bigint not null, hubspot_id text not null,
    survey_name text, survey_type text, channel text, value numeric, sentiment text,
    content text, submitted_at timestamptz, createdate timestamptz,
    contact_ids text[],
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);
create index hubspot_feedback_submissions_raw_links on hubspot_feedback_submissions_raw
    using gin (contact_ids) with (fastupdate = off);

create table hubspot_users_raw (
    portal_id bigint not null, hubspot_id text not null,
    email text, firstname text, lastname text, job_title text, time_zone text, user_id text,
    is_deactivated boolean, createdate timestamptz,
    like record_ends including defaults, primary key (portal_id, hubspot_id)
);

drop table record_ends;
