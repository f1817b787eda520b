-- Today's whole schema: tables with their indexes, statistics, triggers and policies; types; the
-- signatures of functions; the columns of views. Made by `make schema` from a migrated database,
-- held true by tests/db/test_schema.py. Read it, do not run it: `spoke migrate` makes the schema
-- from db/migrations, sql/functions and sql/views. Every table has row level security. Where no
-- policy is shown, readers see the rows of their portals, as far as the table is granted to them.

-- Spoke's own: as of when touches are counted
create table activity_rounds (
    portal_id bigint not null,
    counted_at timestamptz not null,
    primary key (portal_id)
);

-- Tokens of programs. hash is an HMAC of the secret part: the token itself is stored nowhere.
create table api_tokens (
    token_id text not null,
    name text not null,
    hash bytea not null,
    scopes text[] not null,
    portals bigint[] not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz,
    primary key (token_id)
);

-- Spoke's own: properties that records are sorted by, each with an index once it is made
create table asked_sorts (
    portal_id bigint not null,
    object_type text not null,
    property text not null,
    kind text not null,
    column_name text,
    asked_at timestamptz not null default now(),
    made_at timestamptz,
    primary key (portal_id, object_type, property),
    check (kind = any (array['text', 'numeric', 'boolean', 'date', 'timestamptz']))
);

-- which variant of an experiment each contact got
create table assignments (
    portal_id bigint not null,
    experiment text not null,
    contact_id text not null,
    variant text not null,
    assigned_at timestamptz not null default now(),
    primary key (portal_id, experiment, contact_id)
);

-- pairs of types whose associations are kept because the portal uses them
create table association_pairs (
    portal_id bigint not null,
    one_type text not null,
    other_type text not null,
    -- what showed it: an event, or a record of one_type
    found_by text not null,
    found_at timestamptz not null default now(),
    primary key (portal_id, one_type, other_type),
    check (one_type <= other_type)
);

-- Who did what through the API and the pages. Rows are only added; no values of records, no tokens.
create table audit_entries (
    entry_id bigint not null generated always as identity,
    at timestamptz not null default now(),
    actor text not null,
    action text not null,
    about_portal bigint,
    details jsonb not null default '{}'::jsonb,
    address text,
    request_id text,
    primary key (entry_id)
);
create index audit_entries_at_idx on audit_entries (at);
create trigger only_added before delete or update on audit_entries for each statement execute
    function refuse_change();

-- Spoke's own: views and functions as they were built
create table built_files (
    file text not null,
    checksum text not null,
    definition text not null,
    built_at timestamptz not null default now(),
    primary key (file)
);

-- Spoke's own: what calls_to_contacts shows
create table call_links (
    portal_id bigint not null,
    call_id text not null,
    contact_id text,
    link_method text,
    phone_key text,
    call_timestamp timestamptz,
    call_duration integer,
    call_direction text,
    call_disposition text,
    hubspot_owner_id text,
    extension text,
    primary key (portal_id, call_id)
);
create index call_links_call_timestamp_idx on call_links (call_timestamp);
create index call_links_contact_id_call_timestamp_idx on call_links (contact_id, call_timestamp);
create index call_links_hubspot_owner_id_call_timestamp_idx on call_links (hubspot_owner_id,
    call_timestamp);
create index call_links_portal_id_call_timestamp_contact_id_call_duratio_idx on call_links
    (portal_id, call_timestamp) include (contact_id, call_duration, call_disposition,
    hubspot_owner_id);
create index call_links_portal_id_phone_key_idx on call_links (portal_id, phone_key) where phone_key
    is not null;
create trigger mark_day_came after insert on call_links referencing new table as changed for each
    statement execute function mark_calls();
create trigger mark_day_new after update on call_links referencing new table as changed for each
    statement execute function mark_calls();
create trigger mark_day_old after update on call_links referencing old table as changed for each
    statement execute function mark_calls();
create trigger mark_day_went after delete on call_links referencing old table as changed for each
    statement execute function mark_calls();

-- Spoke's own: whose new columns are being filled from raw_json
create table column_rereads (
    portal_id bigint not null,
    object_type text not null,
    after text not null default '',
    primary key (portal_id, object_type)
);

-- Spoke's own: names and domains as links compare them
create table company_keys (
    portal_id bigint not null,
    company_id text not null,
    name_key text,
    domain_key text,
    umlaut_key text,
    primary key (portal_id, company_id)
);
create index company_keys_domain_key_idx on company_keys (domain_key);
create index company_keys_expr_idx on company_keys using gin (((' ' || name_key) || ' ')
    gin_trgm_ops);
create index company_keys_name_key_idx on company_keys (name_key);
create index company_keys_name_key_idx1 on company_keys using gin (name_key gin_trgm_ops);
create index company_keys_replace_idx on company_keys (replace(name_key, ' ', ''));
create index company_keys_umlaut_key_idx on company_keys (umlaut_key) where umlaut_key is not null;
create index company_keys_umlaut_key_idx1 on company_keys using gin (umlaut_key gin_trgm_ops) where
    umlaut_key is not null;

-- how well each company fits the best customers
create table company_scores (
    portal_id bigint not null,
    company_id text not null,
    as_of timestamptz not null,
    size_band text not null,
    industry text not null,
    tier text,
    score numeric(4,1) not null,
    reasons jsonb not null,
    primary key (portal_id, company_id)
);

-- Deals that were lost while they named a competitor
create table competitive_losses (
    portal_id bigint not null,
    deal_id text not null,
    competitor text not null,
    lost_at timestamptz,
    -- when Spoke found it: within seconds for a live change
    noticed_at timestamptz not null default now(),
    primary key (portal_id, deal_id, competitor)
);
create index competitive_losses_names on competitive_losses (portal_id, competitor, lost_at);

-- Spoke's own: records to look through for competitors
create table competitor_marks (
    portal_id bigint not null,
    mark_id bigint not null generated always as identity,
    object_type text not null,
    hubspot_id text not null,
    primary key (portal_id, mark_id)
);

-- Which deals name which competitors, and the records that do; see the view of that name
create table competitor_mentions (
    portal_id bigint not null,
    deal_id text not null,
    competitor text not null,
    source text not null,
    record_id text not null,
    mentioned_at timestamptz,
    found_at timestamptz not null default now(),
    primary key (portal_id, deal_id, competitor, source, record_id)
);
create index competitor_mentions_names on competitor_mentions (portal_id, competitor);
create index competitor_mentions_records on competitor_mentions (portal_id, source, record_id);

-- Spoke's own: behind which id texts are still to be read
create table competitor_walks (
    portal_id bigint not null,
    object_type text not null,
    after text not null default '',
    primary key (portal_id, object_type)
);

-- Competitors that people named, and how else they are written
create table competitors (
    portal_id bigint not null,
    name text not null,
    aliases text[] not null default '{}'::text[],
    -- phrases with the name in them that mean something else
    never text[] not null default '{}'::text[],
    added_at timestamptz not null default now(),
    primary key (portal_id, name)
);

-- Spoke's own: phone numbers of contacts as links compare them
create table contact_numbers (
    portal_id bigint not null,
    contact_id text not null,
    phone_key text not null,
    extension text not null default '',
    createdate timestamptz,
    primary key (portal_id, contact_id, phone_key, extension)
);
create index contact_numbers_portal_id_phone_key_createdate_length_conta_idx on contact_numbers
    (portal_id, phone_key, createdate, length(contact_id), contact_id, extension);

-- Spoke's own: the first outgoing touch of each contact since its creation
create table contact_responses (
    portal_id bigint not null,
    contact_id text not null,
    responded_at timestamptz not null,
    primary key (portal_id, contact_id)
);

-- Spoke's own: who is signed in
create table dashboard_sessions (
    hash bytea not null,
    email text not null,
    began_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    primary key (hash)
);
create index dashboard_sessions_seen_at_idx on dashboard_sessions (seen_at);

-- People who may sign in. password_hash is NULL where Supabase Auth checks the password.
create table dashboard_users (
    email text not null,
    password_hash text,
    scopes text[] not null,
    portals bigint[] not null,
    created_at timestamptz not null default now(),
    disabled_at timestamptz,
    primary key (email)
);

-- What could not be processed, and why: see spoke status
create table dead_letters (
    portal_id bigint not null,
    letter_id bigint not null generated always as identity,
    kind text not null,
    object_type text,
    hubspot_id text,
    reason text not null,
    payload jsonb,
    created_at timestamptz not null default now(),
    replayed_at timestamptz,
    -- since when the record is here after all, without a replay
    landed_at timestamptz,
    primary key (portal_id, letter_id),
    check (kind = any (array['delivery', 'record']))
);
create index dead_letters_portal_id_object_type_hubspot_id_idx on dead_letters (portal_id,
    object_type, hubspot_id) where replayed_at is null and landed_at is null;

-- every phone number of a deal, as calls_to_deals compares it
create table deal_numbers (
    portal_id bigint not null,
    deal_id text not null,
    phone_key text not null,
    extensions text[] not null,
    primary key (portal_id, deal_id, phone_key)
);
create index deal_numbers_deal_id_idx on deal_numbers (deal_id);
create index deal_numbers_portal_id_phone_key_idx on deal_numbers (portal_id, phone_key);

-- Spoke's own: touches of each deal; see deal_activity
create table deal_touch_sums (
    portal_id bigint not null,
    deal_id text not null,
    calls integer not null,
    emails integer not null,
    meetings integer not null,
    first_touch_at timestamptz,
    last_touch_at timestamptz,
    primary key (portal_id, deal_id)
);

-- how far the leads of a month are from those a model learnt from
create table drift_checks (
    portal_id bigint not null,
    model_id bigint not null,
    checked_at timestamptz not null,
    feature text not null,
    psi numeric not null,
    chance numeric not null,
    rows integer not null,
    level text not null,
    primary key (portal_id, model_id, checked_at, feature),
    check (level = any (array['steady', 'warn', 'alert']))
);

-- Spoke's own: each look of enrichment, and what it cost
create table enrichment_costs (
    portal_id bigint not null,
    cost_id bigint not null generated always as identity,
    provider text not null,
    object_type text not null,
    hubspot_id text not null,
    asked_at timestamptz not null default now(),
    cost numeric not null,
    outcome text not null default 'asked',
    primary key (portal_id, cost_id)
);
create index enrichment_costs_month on enrichment_costs (portal_id, provider, asked_at);

-- What a provider knows of records, as of its last answer
create table enrichments (
    portal_id bigint not null,
    provider text not null,
    object_type text not null,
    hubspot_id text not null,
    looked_at timestamptz not null default now(),
    found jsonb,
    primary key (portal_id, provider, object_type, hubspot_id)
);

-- What a program asked to be read, and who asked. scans.extraction_id names the runs that do it.
create table extractions (
    portal_id bigint not null,
    extraction_id uuid not null default gen_random_uuid(),
    object_types text[] not null,
    properties text[] not null default '{}'::text[],
    mode text not null,
    page_size integer not null,
    checkpoint_interval integer not null,
    asked_by text not null,
    created_at timestamptz not null default now(),
    primary key (portal_id, extraction_id),
    check (checkpoint_interval >= 1 and checkpoint_interval <= 10),
    check (mode = any (array['full', 'incremental'])),
    check (page_size >= 1 and page_size <= 100)
);
create index extractions_portal_id_created_at_idx on extractions (portal_id, created_at);

-- Spoke's own: which records were read when, for spoke trace
create table fetches (
    portal_id bigint not null,
    fetch_id bigint not null generated always as identity,
    object_type text not null,
    fetched_at timestamptz not null,
    written_at timestamptz not null default now(),
    hubspot_ids text[] not null,
    linked text[] not null default '{}'::text[],
    outdated text[] not null default '{}'::text[],
    missing text[] not null default '{}'::text[],
    primary key (portal_id, fetch_id)
);
create index fetches_hubspot_ids_idx on fetches using gin (hubspot_ids) with (fastupdate=off);
create index fetches_written_at_idx on fetches using brin (written_at);

-- properties whose history is kept because `spoke follow` asked for it
create table followed_properties (
    portal_id bigint not null,
    object_type text not null,
    property text not null,
    followed_at timestamptz not null default now(),
    primary key (portal_id, object_type, property)
);

-- How likely deals in each open stage are to be won, by the last forecast
create table forecast_stages (
    portal_id bigint not null,
    pipeline_id text not null,
    stage_id text not null,
    made_at timestamptz not null default now(),
    win_rate numeric not null,
    deals integer not null,
    primary key (portal_id, pipeline_id, stage_id)
);

-- What each forecast said of a period, and what came; the view forecast_snapshots has names
create table forecasts (
    portal_id bigint not null,
    period_start date not null,
    period_end date not null,
    owner_id text not null default '',
    made_on date not null,
    made_at timestamptz not null default now(),
    won numeric not null,
    commit numeric not null,
    best_case numeric not null,
    pipeline numeric not null,
    p10 numeric not null,
    p50 numeric not null,
    p90 numeric not null,
    mean numeric not null,
    -- won, and the open deals to close in the period by HubSpot's probabilities of their stages
    weighted numeric not null,
    -- what was won in as many days before
    before numeric not null,
    open_deals integer not null,
    came numeric,
    scored_at timestamptz,
    primary key (portal_id, period_start, period_end, owner_id, made_on),
    check (period_start < period_end)
);

-- Spoke's own: records whose history is to be read
create table history_marks (
    portal_id bigint not null,
    object_type text not null,
    hubspot_id text not null,
    generation bigint not null default 1,
    marked_at timestamptz not null default now(),
    not_before timestamptz not null default now(),
    error text,
    -- only waits for the daily comparison: the history before was read
    compares boolean not null default false,
    primary key (portal_id, object_type, hubspot_id)
);
create index history_marks_portal_id_object_type_not_before_idx on history_marks (portal_id,
    object_type, not_before);

-- All appointments, archived and merged ones too; the view appointments leaves those out
create table hubspot_appointments_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_appointment_name
    name text,
    -- HubSpot property hs_appointment_status
    status text,
    -- HubSpot property hs_appointment_start
    starts_at timestamptz,
    -- HubSpot property hs_appointment_end
    ends_at timestamptz,
    hubspot_owner_id text,
    -- HubSpot property hs_pipeline
    pipeline text,
    -- HubSpot property hs_pipeline_stage
    stage text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_appointments_raw_links on hubspot_appointments_raw using gin (contact_ids,
    company_ids, deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_appointments_raw referencing new table as changed
    for each statement execute function count_records('appointments');
create trigger count_changed after update on hubspot_appointments_raw for each row when
    ((old.archived or old.merged_into is not null) <> (new.archived or new.merged_into is not null))
    execute function count_records('appointments');
create trigger count_went after delete on hubspot_appointments_raw referencing old table as changed
    for each statement execute function count_records('appointments');

-- association types of the pairs in association_pairs, as HubSpot lists them
create table hubspot_association_types (
    portal_id bigint not null,
    from_type text not null,
    to_type text not null,
    type_id integer not null,
    category text not null,
    label text,
    gone_at timestamptz,
    synced_at timestamptz not null default now(),
    primary key (portal_id, from_type, to_type, type_id, category)
);

-- associations that have no column of ids; the records' raw_json has them, too
create table hubspot_associations (
    portal_id bigint not null,
    from_type text not null,
    from_id text not null,
    to_type text not null,
    to_id text not null,
    type_id integer not null,
    category text not null,
    label text,
    synced_at timestamptz not null default now(),
    primary key (portal_id, from_type, from_id, to_type, to_id, type_id, category)
);
create index hubspot_associations_portal_id_to_type_to_id_idx on hubspot_associations (portal_id,
    to_type, to_id);

-- All calls, archived and merged ones too; the view calls leaves those out
create table hubspot_calls_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_call_duration, in milliseconds
    call_duration integer,
    -- HubSpot property hs_call_direction
    call_direction text,
    -- HubSpot property hs_call_to_number
    call_to_number text,
    -- HubSpot property hs_call_from_number
    call_from_number text,
    -- HubSpot property hs_timestamp
    call_timestamp timestamptz,
    -- HubSpot property hs_call_disposition
    call_disposition text,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    call_to_e164 text,
    call_from_e164 text,
    primary key (portal_id, hubspot_id)
);
create index hubspot_calls_raw_call_duration_idx on hubspot_calls_raw (call_duration);
create index hubspot_calls_raw_call_from_number_idx on hubspot_calls_raw (call_from_number);
create index hubspot_calls_raw_call_timestamp_idx on hubspot_calls_raw (call_timestamp);
create index hubspot_calls_raw_call_to_number_idx on hubspot_calls_raw (call_to_number);
create index hubspot_calls_raw_company_ids_idx on hubspot_calls_raw using gin (company_ids) with
    (fastupdate=off);
create index hubspot_calls_raw_contact_ids_idx on hubspot_calls_raw using gin (contact_ids) with
    (fastupdate=off);
create index hubspot_calls_raw_deal_ids_idx on hubspot_calls_raw using gin (deal_ids) with
    (fastupdate=off);
create index hubspot_calls_raw_hubspot_id_idx on hubspot_calls_raw (hubspot_id);
create index hubspot_calls_raw_hubspot_owner_id_idx on hubspot_calls_raw (hubspot_owner_id);
create index hubspot_calls_raw_portal_id_archived_merged_into_idx on hubspot_calls_raw (portal_id,
    archived, merged_into);
create index hubspot_calls_raw_portal_id_hubspot_id_idx on hubspot_calls_raw (portal_id, hubspot_id)
    where cardinality(contact_ids) > 1;
create index hubspot_calls_raw_portal_id_merged_into_idx on hubspot_calls_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_calls_raw_raw_json_idx on hubspot_calls_raw using gin (raw_json
    jsonb_path_ops);
create statistics hubspot_calls_raw_contacts on cardinality(contact_ids) from hubspot_calls_raw;
create trigger count_came after insert on hubspot_calls_raw referencing new table as changed for
    each statement execute function count_records('calls');
create trigger count_changed after update on hubspot_calls_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('calls');
create trigger count_went after delete on hubspot_calls_raw referencing old table as changed for
    each statement execute function count_records('calls');
create trigger link_came after insert on hubspot_calls_raw referencing new table as changed for each
    statement execute function calls_came_or_went();
create trigger link_replaced after update on hubspot_calls_raw referencing old table as went new
    table as came for each statement execute function calls_were_replaced();
create trigger link_went after delete on hubspot_calls_raw referencing old table as changed for each
    statement execute function calls_came_or_went();
create trigger mark_competitors_came after insert on hubspot_calls_raw referencing new table as
    changed for each statement execute function mark_competitors('calls');
create trigger mark_competitors_replaced after update on hubspot_calls_raw referencing new table as
    changed for each statement execute function mark_competitors('calls');
create trigger mark_competitors_went after delete on hubspot_calls_raw referencing old table as
    changed for each statement execute function mark_competitors('calls');

-- All carts, archived and merged ones too; the view carts leaves those out
create table hubspot_carts_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_cart_name
    name text,
    -- HubSpot property hs_total_price
    total_price numeric,
    -- HubSpot property hs_currency_code
    currency text,
    -- HubSpot property hs_source_store
    source_store text,
    -- HubSpot property hs_external_cart_id
    external_cart_id text,
    -- HubSpot property hs_external_status
    external_status text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_carts_raw_links on hubspot_carts_raw using gin (contact_ids, company_ids,
    deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_carts_raw referencing new table as changed for
    each statement execute function count_records('carts');
create trigger count_changed after update on hubspot_carts_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('carts');
create trigger count_went after delete on hubspot_carts_raw referencing old table as changed for
    each statement execute function count_records('carts');

-- All commerce payments, archived and merged ones too; the view commerce_payments leaves those out
create table hubspot_commerce_payments_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_initial_amount
    amount numeric,
    -- HubSpot property hs_net_amount
    net_amount numeric,
    -- HubSpot property hs_fees_amount
    fees_amount numeric,
    -- HubSpot property hs_refunds_amount
    refunds_amount numeric,
    -- HubSpot property hs_currency_code
    currency text,
    -- HubSpot property hs_latest_status
    status text,
    -- HubSpot property hs_payment_method_type
    payment_method text,
    -- HubSpot property hs_customer_email
    customer_email text,
    -- HubSpot property hs_initiated_date
    initiated_at timestamptz,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_commerce_payments_raw_links on hubspot_commerce_payments_raw using gin
    (contact_ids, company_ids, deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_commerce_payments_raw referencing new table as
    changed for each statement execute function count_records('commerce_payments');
create trigger count_changed after update on hubspot_commerce_payments_raw for each row when
    ((old.archived or old.merged_into is not null) <> (new.archived or new.merged_into is not null))
    execute function count_records('commerce_payments');
create trigger count_went after delete on hubspot_commerce_payments_raw referencing old table as
    changed for each statement execute function count_records('commerce_payments');

-- All communications, archived and merged ones too; the view communications leaves those out
create table hubspot_communications_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_communication_channel_type
    channel text,
    -- HubSpot property hs_communication_logged_from
    logged_from text,
    -- HubSpot property hs_communication_body
    body text,
    -- HubSpot property hs_timestamp
    communication_timestamp timestamptz,
    hubspot_owner_id text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_communications_raw_links on hubspot_communications_raw using gin (contact_ids,
    company_ids, deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_communications_raw referencing new table as
    changed for each statement execute function count_records('communications');
create trigger count_changed after update on hubspot_communications_raw for each row when
    ((old.archived or old.merged_into is not null) <> (new.archived or new.merged_into is not null))
    execute function count_records('communications');
create trigger count_went after delete on hubspot_communications_raw referencing old table as
    changed for each statement execute function count_records('communications');

-- All companies, archived and merged ones too; the view companies leaves those out
create table hubspot_companies_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    name text,
    domain text,
    industry text,
    createdate timestamptz,
    annualrevenue numeric,
    numberofemployees numeric,
    hubspot_owner_id text,
    contact_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    region text,
    founded_year integer,
    website_traffic_monthly numeric,
    primary key (portal_id, hubspot_id)
);
create index hubspot_companies_raw_contact_ids_idx on hubspot_companies_raw using gin (contact_ids)
    with (fastupdate=off);
create index hubspot_companies_raw_createdate_idx on hubspot_companies_raw (createdate);
create index hubspot_companies_raw_deal_ids_idx on hubspot_companies_raw using gin (deal_ids) with
    (fastupdate=off);
create index hubspot_companies_raw_domain_idx on hubspot_companies_raw (domain);
create index hubspot_companies_raw_hubspot_id_idx on hubspot_companies_raw (hubspot_id);
create index hubspot_companies_raw_hubspot_owner_id_idx on hubspot_companies_raw (hubspot_owner_id);
create index hubspot_companies_raw_name_idx on hubspot_companies_raw (name);
create index hubspot_companies_raw_names on hubspot_companies_raw using gin (((coalesce(name, '') ||
    ' ') || coalesce(domain, '')) gin_trgm_ops) with (gin_pending_list_limit='256');
create index hubspot_companies_raw_portal_id_archived_merged_into_idx on hubspot_companies_raw
    (portal_id, archived, merged_into);
create index hubspot_companies_raw_portal_id_idx on hubspot_companies_raw (portal_id) where
    ((raw_json -> 'properties') ->> 'hs_merged_object_ids') <> '';
create index hubspot_companies_raw_portal_id_merged_into_idx on hubspot_companies_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_companies_raw_raw_json_idx on hubspot_companies_raw using gin (raw_json
    jsonb_path_ops);
create statistics hubspot_companies_raw_merged on ((raw_json -> 'properties') ->>
    'hs_merged_object_ids') from hubspot_companies_raw;
create trigger count_came after insert on hubspot_companies_raw referencing new table as changed for
    each statement execute function count_records('companies');
create trigger count_changed after update on hubspot_companies_raw for each row when ((old.archived
    or old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute
    function count_records('companies');
create trigger count_went after delete on hubspot_companies_raw referencing old table as changed for
    each statement execute function count_records('companies');
create trigger key_came after insert on hubspot_companies_raw referencing new table as changed for
    each statement execute function companies_came_or_went();
create trigger key_replaced after update on hubspot_companies_raw referencing old table as went new
    table as came for each statement execute function companies_were_replaced();
create trigger key_went after delete on hubspot_companies_raw referencing old table as changed for
    each statement execute function companies_came_or_went();
create trigger roll_came after insert on hubspot_companies_raw referencing new table as new_rows for
    each statement execute function roll_up_companies();
create trigger roll_changed after update on hubspot_companies_raw referencing old table as old_rows
    new table as new_rows for each statement execute function roll_up_companies();
create trigger roll_went after delete on hubspot_companies_raw referencing old table as old_rows for
    each statement execute function roll_up_companies();

-- All contacts, archived and merged ones too; the view contacts leaves those out
create table hubspot_contacts_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    email text,
    phone text,
    firstname text,
    lastname text,
    createdate timestamptz,
    lifecyclestage text,
    vsl_watched boolean,
    vsl_watch_duration integer,
    sales_script_version text,
    hubspot_owner_id text,
    company_ids text[],
    deal_ids text[],
    call_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    phone_e164 text,
    mobilephone text,
    mobile_e164 text,
    jobtitle text,
    -- HubSpot property hs_analytics_source
    lead_source text,
    -- HubSpot property hubspotscore
    lead_score numeric,
    region text,
    -- HubSpot property hs_analytics_first_timestamp
    first_touch_at timestamptz,
    -- HubSpot property hs_analytics_num_page_views
    num_page_views integer,
    -- HubSpot property num_conversion_events
    num_form_submissions integer,
    primary key (portal_id, hubspot_id)
);
create index hubspot_contacts_raw_call_ids_idx on hubspot_contacts_raw using gin (call_ids) with
    (fastupdate=off);
create index hubspot_contacts_raw_company_ids_idx on hubspot_contacts_raw using gin (company_ids)
    with (fastupdate=off);
create index hubspot_contacts_raw_created on hubspot_contacts_raw (portal_id, createdate) include
    (hubspot_id, hubspot_owner_id, lifecyclestage, vsl_watched, sales_script_version) where not
    archived and merged_into is null;
create index hubspot_contacts_raw_createdate_idx on hubspot_contacts_raw (createdate);
create index hubspot_contacts_raw_deal_ids_idx on hubspot_contacts_raw using gin (deal_ids) with
    (fastupdate=off);
create index hubspot_contacts_raw_email_idx on hubspot_contacts_raw (email);
create index hubspot_contacts_raw_hubspot_id_idx on hubspot_contacts_raw (hubspot_id);
create index hubspot_contacts_raw_hubspot_owner_id_idx on hubspot_contacts_raw (hubspot_owner_id);
create index hubspot_contacts_raw_lifecyclestage_idx on hubspot_contacts_raw (lifecyclestage);
create index hubspot_contacts_raw_lower_idx on hubspot_contacts_raw (lower(trim(both from email)));
create index hubspot_contacts_raw_mobilephone_idx on hubspot_contacts_raw (mobilephone);
create index hubspot_contacts_raw_names on hubspot_contacts_raw using gin (((((coalesce(firstname,
    '') || ' ') || coalesce(lastname, '')) || ' ') || coalesce(email, '')) gin_trgm_ops) with
    (gin_pending_list_limit='256');
create index hubspot_contacts_raw_owners on hubspot_contacts_raw (portal_id, hubspot_id) include
    (hubspot_owner_id) where not archived and merged_into is null;
create index hubspot_contacts_raw_phone_idx on hubspot_contacts_raw (phone);
create index hubspot_contacts_raw_portal_id_archived_merged_into_idx on hubspot_contacts_raw
    (portal_id, archived, merged_into);
create index hubspot_contacts_raw_portal_id_idx on hubspot_contacts_raw (portal_id) where ((raw_json
    -> 'properties') ->> 'hs_merged_object_ids') <> '';
create index hubspot_contacts_raw_portal_id_merged_into_idx on hubspot_contacts_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_contacts_raw_raw_json_idx on hubspot_contacts_raw using gin (raw_json
    jsonb_path_ops);
create statistics hubspot_contacts_raw_keys on email_key(email), contact_user_id(raw_json) from
    hubspot_contacts_raw;
create statistics hubspot_contacts_raw_merged on ((raw_json -> 'properties') ->>
    'hs_merged_object_ids') from hubspot_contacts_raw;
create trigger count_came after insert on hubspot_contacts_raw referencing new table as changed for
    each statement execute function count_records('contacts');
create trigger count_changed after update on hubspot_contacts_raw for each row when ((old.archived
    or old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute
    function count_records('contacts');
create trigger count_went after delete on hubspot_contacts_raw referencing old table as changed for
    each statement execute function count_records('contacts');
create trigger link_came after insert on hubspot_contacts_raw referencing new table as changed for
    each statement execute function contacts_came_or_went();
create trigger link_replaced after update on hubspot_contacts_raw referencing old table as went new
    table as came for each statement execute function contacts_were_replaced();
create trigger link_went after delete on hubspot_contacts_raw referencing old table as changed for
    each statement execute function contacts_came_or_went();
create trigger mark_day_came after insert on hubspot_contacts_raw referencing new table as changed
    for each statement execute function mark_contacts();
create trigger mark_day_replaced after update on hubspot_contacts_raw referencing old table as went
    new table as came for each statement execute function mark_changed_contacts();
create trigger mark_day_went after delete on hubspot_contacts_raw referencing old table as changed
    for each statement execute function mark_contacts();
create trigger roll_came after insert on hubspot_contacts_raw referencing new table as new_rows for
    each statement execute function roll_up_contacts();
create trigger roll_changed after update on hubspot_contacts_raw referencing old table as old_rows
    new table as new_rows for each statement execute function roll_up_contacts();
create trigger roll_went after delete on hubspot_contacts_raw referencing old table as old_rows for
    each statement execute function roll_up_contacts();

-- All courses, archived and merged ones too; the view courses leaves those out
create table hubspot_courses_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_course_name
    name text,
    -- HubSpot property hs_course_id
    course_id text,
    -- HubSpot property hs_enrollment_capacity
    enrollment_capacity integer,
    hubspot_owner_id text,
    -- HubSpot property hs_pipeline
    pipeline text,
    -- HubSpot property hs_pipeline_stage
    stage text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_courses_raw_links on hubspot_courses_raw using gin (contact_ids, company_ids,
    deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_courses_raw referencing new table as changed for
    each statement execute function count_records('courses');
create trigger count_changed after update on hubspot_courses_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('courses');
create trigger count_went after delete on hubspot_courses_raw referencing old table as changed for
    each statement execute function count_records('courses');

-- All deals, archived and merged ones too; the view deals leaves those out
create table hubspot_deals_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    dealname text,
    amount numeric,
    dealstage text,
    pipeline text,
    createdate timestamptz,
    closedate timestamptz,
    qualified_status text,
    trial_status text,
    payment_status text,
    number_of_installments__months integer,
    deal_whole_amount numeric,
    upfront_payment numeric,
    offer_given boolean,
    offer_accepted boolean,
    cancellation_reason text,
    hubspot_owner_id text,
    deal_currency_code text,
    amount_in_home_currency numeric,
    contact_ids text[],
    company_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    phone_number text,
    phone_number_e164 text,
    region text,
    industry text,
    -- HubSpot property hs_deal_stage_probability
    probability numeric,
    -- HubSpot property days_to_close
    days_in_pipeline integer,
    primary key (portal_id, hubspot_id)
);
create index hubspot_deals_raw_amount_idx on hubspot_deals_raw (amount);
create index hubspot_deals_raw_closedate_idx on hubspot_deals_raw (closedate);
create index hubspot_deals_raw_company_ids_idx on hubspot_deals_raw using gin (company_ids) with
    (fastupdate=off);
create index hubspot_deals_raw_contact_ids_idx on hubspot_deals_raw using gin (contact_ids) with
    (fastupdate=off);
create index hubspot_deals_raw_createdate_idx on hubspot_deals_raw (createdate);
create index hubspot_deals_raw_dealstage_idx on hubspot_deals_raw (dealstage);
create index hubspot_deals_raw_hubspot_id_idx on hubspot_deals_raw (hubspot_id);
create index hubspot_deals_raw_hubspot_owner_id_idx on hubspot_deals_raw (hubspot_owner_id);
create index hubspot_deals_raw_names on hubspot_deals_raw using gin (coalesce(dealname, '')
    gin_trgm_ops) with (gin_pending_list_limit='256');
create index hubspot_deals_raw_payment_status_idx on hubspot_deals_raw (payment_status);
create index hubspot_deals_raw_phone_number_idx on hubspot_deals_raw (phone_number);
create index hubspot_deals_raw_portal_id_archived_merged_into_idx on hubspot_deals_raw (portal_id,
    archived, merged_into);
create index hubspot_deals_raw_portal_id_idx on hubspot_deals_raw (portal_id) where ((raw_json ->
    'properties') ->> 'hs_merged_object_ids') <> '';
create index hubspot_deals_raw_portal_id_merged_into_idx on hubspot_deals_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_deals_raw_raw_json_idx on hubspot_deals_raw using gin (raw_json
    jsonb_path_ops);
create index hubspot_deals_raw_stages on hubspot_deals_raw (portal_id, dealstage) where not archived
    and merged_into is null;
create statistics hubspot_deals_raw_merged on ((raw_json -> 'properties') ->>
    'hs_merged_object_ids') from hubspot_deals_raw;
create trigger count_came after insert on hubspot_deals_raw referencing new table as changed for
    each statement execute function count_records('deals');
create trigger count_changed after update on hubspot_deals_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('deals');
create trigger count_went after delete on hubspot_deals_raw referencing old table as changed for
    each statement execute function count_records('deals');
create trigger mark_competitors_came after insert on hubspot_deals_raw referencing new table as
    changed for each statement execute function mark_competitors('deals');
create trigger mark_competitors_replaced after update on hubspot_deals_raw referencing new table as
    changed for each statement execute function mark_competitors('deals');
create trigger mark_competitors_went after delete on hubspot_deals_raw referencing old table as
    changed for each statement execute function mark_competitors('deals');
create trigger number_came after insert on hubspot_deals_raw for each row when (new.phone_number is
    not null) execute function keep_deal_numbers();
create trigger number_changed after update on hubspot_deals_raw for each row when (old.phone_number
    is distinct from new.phone_number or old.phone_number_e164 is distinct from
    new.phone_number_e164) execute function keep_deal_numbers();
create trigger number_went after delete on hubspot_deals_raw for each row when (old.phone_number is
    not null) execute function keep_deal_numbers();
create trigger roll_came after insert on hubspot_deals_raw referencing new table as new_rows for
    each statement execute function roll_up_deals();
create trigger roll_changed after update on hubspot_deals_raw referencing old table as old_rows new
    table as new_rows for each statement execute function roll_up_deals();
create trigger roll_went after delete on hubspot_deals_raw referencing old table as old_rows for
    each statement execute function roll_up_deals();

-- All discounts, archived and merged ones too; the view discounts leaves those out
create table hubspot_discounts_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_label
    label text,
    -- HubSpot property hs_type
    value_type text,
    -- HubSpot property hs_value
    value numeric,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create trigger count_came after insert on hubspot_discounts_raw referencing new table as changed for
    each statement execute function count_records('discounts');
create trigger count_changed after update on hubspot_discounts_raw for each row when ((old.archived
    or old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute
    function count_records('discounts');
create trigger count_went after delete on hubspot_discounts_raw referencing old table as changed for
    each statement execute function count_records('discounts');

-- What happened to marketing e-mails, event by event, a partition for each month
create table hubspot_email_events (
    portal_id bigint not null,
    event_id text not null,
    occurred_at timestamptz not null,
    -- Sent, Delivered, Opened, Clicked, Bounced, Unsubscribed, Spam, or another type of HubSpot
    action text not null,
    -- address, in small letters
    recipient text,
    -- the contact with that address; NULL while there is none
    contact_id text,
    -- HubSpot's emailCampaignId
    campaign_id text,
    -- filled by spoke load; HubSpot has none
    campaign_type text,
    -- of the e-mail that the event is of
    subject_line_length integer,
    -- when the e-mail was sent, in UTC
    send_hour integer,
    -- 1 is Monday, in UTC
    send_day_of_week integer,
    -- the event as HubSpot sent it; NULL: loaded
    raw_json jsonb,
    synced_at timestamptz not null default now(),
    primary key (portal_id, event_id, occurred_at)
) partition by range (occurred_at);
create index hubspot_email_events_portal_id_contact_id_idx on only hubspot_email_events (portal_id,
    contact_id);
create index hubspot_email_events_portal_id_recipient_idx on only hubspot_email_events (portal_id,
    recipient) where contact_id is null;
create trigger roll_came after insert on hubspot_email_events referencing new table as new_rows for
    each statement execute function roll_up_email_events();
create trigger roll_changed after update on hubspot_email_events referencing old table as old_rows
    new table as new_rows for each statement execute function roll_up_email_events();
create trigger roll_went after delete on hubspot_email_events referencing old table as old_rows for
    each statement execute function roll_up_email_events();

-- All emails, archived and merged ones too; the view emails leaves those out
create table hubspot_emails_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_email_subject
    subject text,
    -- HubSpot property hs_email_direction
    direction text,
    -- HubSpot property hs_email_status
    status text,
    -- HubSpot property hs_timestamp
    email_timestamp timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_emails_raw_company_ids_idx on hubspot_emails_raw using gin (company_ids) with
    (fastupdate=off);
create index hubspot_emails_raw_contact_ids_idx on hubspot_emails_raw using gin (contact_ids) with
    (fastupdate=off);
create index hubspot_emails_raw_deal_ids_idx on hubspot_emails_raw using gin (deal_ids) with
    (fastupdate=off);
create index hubspot_emails_raw_email_timestamp_idx on hubspot_emails_raw (email_timestamp);
create index hubspot_emails_raw_hubspot_id_idx on hubspot_emails_raw (hubspot_id);
create index hubspot_emails_raw_hubspot_owner_id_idx on hubspot_emails_raw (hubspot_owner_id);
create index hubspot_emails_raw_portal_id_merged_into_idx on hubspot_emails_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_emails_raw_raw_json_idx on hubspot_emails_raw using gin (raw_json
    jsonb_path_ops);
create trigger count_came after insert on hubspot_emails_raw referencing new table as changed for
    each statement execute function count_records('emails');
create trigger count_changed after update on hubspot_emails_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('emails');
create trigger count_went after delete on hubspot_emails_raw referencing old table as changed for
    each statement execute function count_records('emails');
create trigger mark_competitors_came after insert on hubspot_emails_raw referencing new table as
    changed for each statement execute function mark_competitors('emails');
create trigger mark_competitors_replaced after update on hubspot_emails_raw referencing new table as
    changed for each statement execute function mark_competitors('emails');
create trigger mark_competitors_went after delete on hubspot_emails_raw referencing old table as
    changed for each statement execute function mark_competitors('emails');
create trigger mark_response_came after insert on hubspot_emails_raw referencing new table as
    changed for each statement execute function mark_responses();
create trigger mark_response_replaced after update on hubspot_emails_raw referencing old table as
    went new table as came for each statement execute function mark_responses('email_timestamp',
    'direction');
create trigger mark_response_went after delete on hubspot_emails_raw referencing old table as
    changed for each statement execute function mark_responses();

-- All feedback submissions, archived and merged ones too; the view feedback_submissions leaves
-- those out
create table hubspot_feedback_submissions_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_survey_name
    survey_name text,
    -- HubSpot property hs_survey_type
    survey_type text,
    -- HubSpot property hs_survey_channel
    channel text,
    -- HubSpot property hs_value
    value numeric,
    -- HubSpot property hs_sentiment
    sentiment text,
    -- HubSpot property hs_content
    content text,
    -- HubSpot property hs_submission_timestamp
    submitted_at timestamptz,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_feedback_submissions_raw_links on hubspot_feedback_submissions_raw using gin
    (contact_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_feedback_submissions_raw referencing new table as
    changed for each statement execute function count_records('feedback_submissions');
create trigger count_changed after update on hubspot_feedback_submissions_raw for each row when
    ((old.archived or old.merged_into is not null) <> (new.archived or new.merged_into is not null))
    execute function count_records('feedback_submissions');
create trigger count_went after delete on hubspot_feedback_submissions_raw referencing old table as
    changed for each statement execute function count_records('feedback_submissions');

-- All fees, archived and merged ones too; the view fees leaves those out
create table hubspot_fees_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_label
    label text,
    -- HubSpot property hs_type
    value_type text,
    -- HubSpot property hs_value
    value numeric,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create trigger count_came after insert on hubspot_fees_raw referencing new table as changed for each
    statement execute function count_records('fees');
create trigger count_changed after update on hubspot_fees_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('fees');
create trigger count_went after delete on hubspot_fees_raw referencing old table as changed for each
    statement execute function count_records('fees');

-- All goal targets, archived and merged ones too; the view goal_targets leaves those out
create table hubspot_goal_targets_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_goal_name
    name text,
    -- HubSpot property hs_target_amount
    target_amount numeric,
    -- HubSpot property hs_start_datetime
    starts_at timestamptz,
    -- HubSpot property hs_end_datetime
    ends_at timestamptz,
    -- HubSpot property hs_created_by_user_id
    created_by_user_id text,
    -- HubSpot property hs_group_correlation_uuid
    goal_id text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create trigger count_came after insert on hubspot_goal_targets_raw referencing new table as changed
    for each statement execute function count_records('goal_targets');
create trigger count_changed after update on hubspot_goal_targets_raw for each row when
    ((old.archived or old.merged_into is not null) <> (new.archived or new.merged_into is not null))
    execute function count_records('goal_targets');
create trigger count_went after delete on hubspot_goal_targets_raw referencing old table as changed
    for each statement execute function count_records('goal_targets');

-- All invoices, archived and merged ones too; the view invoices leaves those out
create table hubspot_invoices_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_number
    number text,
    -- HubSpot property hs_title
    title text,
    -- HubSpot property hs_invoice_status
    status text,
    -- HubSpot property hs_amount_billed
    amount_billed numeric,
    -- HubSpot property hs_balance_due
    balance_due numeric,
    -- HubSpot property hs_currency
    currency text,
    -- HubSpot property hs_invoice_date
    invoice_date timestamptz,
    -- HubSpot property hs_due_date
    due_date timestamptz,
    hubspot_owner_id text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_invoices_raw_links on hubspot_invoices_raw using gin (contact_ids, company_ids,
    deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_invoices_raw referencing new table as changed for
    each statement execute function count_records('invoices');
create trigger count_changed after update on hubspot_invoices_raw for each row when ((old.archived
    or old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute
    function count_records('invoices');
create trigger count_went after delete on hubspot_invoices_raw referencing old table as changed for
    each statement execute function count_records('invoices');

-- All leads, archived and merged ones too; the view leads leaves those out
create table hubspot_leads_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_lead_name
    name text,
    -- HubSpot property hs_lead_type
    lead_type text,
    -- HubSpot property hs_lead_label
    label text,
    hubspot_owner_id text,
    -- HubSpot property hs_pipeline
    pipeline text,
    -- HubSpot property hs_pipeline_stage
    stage text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_leads_raw_links on hubspot_leads_raw using gin (contact_ids, company_ids,
    deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_leads_raw referencing new table as changed for
    each statement execute function count_records('leads');
create trigger count_changed after update on hubspot_leads_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('leads');
create trigger count_went after delete on hubspot_leads_raw referencing old table as changed for
    each statement execute function count_records('leads');

-- All line items, archived and merged ones too; the view line_items leaves those out
create table hubspot_line_items_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    name text,
    -- HubSpot property hs_product_id
    product_id text,
    quantity numeric,
    price numeric,
    amount numeric,
    createdate timestamptz,
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_line_items_raw_amount_idx on hubspot_line_items_raw (amount);
create index hubspot_line_items_raw_createdate_idx on hubspot_line_items_raw (createdate);
create index hubspot_line_items_raw_deal_ids_idx on hubspot_line_items_raw using gin (deal_ids) with
    (fastupdate=off);
create index hubspot_line_items_raw_hubspot_id_idx on hubspot_line_items_raw (hubspot_id);
create index hubspot_line_items_raw_portal_id_merged_into_idx on hubspot_line_items_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_line_items_raw_product_id_idx on hubspot_line_items_raw (product_id);
create index hubspot_line_items_raw_raw_json_idx on hubspot_line_items_raw using gin (raw_json
    jsonb_path_ops);
create trigger count_came after insert on hubspot_line_items_raw referencing new table as changed
    for each statement execute function count_records('line_items');
create trigger count_changed after update on hubspot_line_items_raw for each row when ((old.archived
    or old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute
    function count_records('line_items');
create trigger count_went after delete on hubspot_line_items_raw referencing old table as changed
    for each statement execute function count_records('line_items');

-- Members of lists, the ones that left too; the view list_memberships leaves those out
create table hubspot_list_memberships (
    portal_id bigint not null,
    list_id text not null,
    record_id bigint not null,
    object_type text not null,
    joined_at timestamptz,
    synced_at timestamptz not null default now(),
    -- when the record was found to have left
    gone_at timestamptz,
    primary key (portal_id, list_id, record_id)
);
create index hubspot_list_memberships_portal_id_record_id_idx on hubspot_list_memberships
    (portal_id, (record_id));

-- All listings, archived and merged ones too; the view listings leaves those out
create table hubspot_listings_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_name
    name text,
    -- HubSpot property hs_price
    price numeric,
    -- HubSpot property hs_listing_type
    listing_type text,
    -- HubSpot property hs_city
    city text,
    -- HubSpot property hs_state_province
    state text,
    hubspot_owner_id text,
    -- HubSpot property hs_pipeline
    pipeline text,
    -- HubSpot property hs_pipeline_stage
    stage text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_listings_raw_links on hubspot_listings_raw using gin (contact_ids, company_ids,
    deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_listings_raw referencing new table as changed for
    each statement execute function count_records('listings');
create trigger count_changed after update on hubspot_listings_raw for each row when ((old.archived
    or old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute
    function count_records('listings');
create trigger count_went after delete on hubspot_listings_raw referencing old table as changed for
    each statement execute function count_records('listings');

-- All marketing events, archived ones too; the view marketing_events leaves those out
create table hubspot_marketing_events_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_event_name
    name text,
    -- HubSpot property hs_event_type
    event_type text,
    -- HubSpot property hs_start_datetime
    event_at timestamptz,
    channel text,
    campaign_id text,
    utm_source text,
    device_type text,
    session_duration_sec integer,
    page_depth integer,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_marketing_events_raw_links on hubspot_marketing_events_raw using gin
    (contact_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_marketing_events_raw referencing new table as
    changed for each statement execute function count_records('marketing_events');
create trigger count_changed after update on hubspot_marketing_events_raw for each row when
    ((old.archived or old.merged_into is not null) <> (new.archived or new.merged_into is not null))
    execute function count_records('marketing_events');
create trigger count_went after delete on hubspot_marketing_events_raw referencing old table as
    changed for each statement execute function count_records('marketing_events');
create trigger roll_came after insert on hubspot_marketing_events_raw referencing new table as
    new_rows for each statement execute function roll_up_marketing_events();
create trigger roll_changed after update on hubspot_marketing_events_raw referencing old table as
    old_rows new table as new_rows for each statement execute function roll_up_marketing_events();
create trigger roll_went after delete on hubspot_marketing_events_raw referencing old table as
    old_rows for each statement execute function roll_up_marketing_events();

-- All meetings, archived and merged ones too; the view meetings leaves those out
create table hubspot_meetings_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_meeting_title
    title text,
    -- HubSpot property hs_meeting_outcome
    outcome text,
    -- HubSpot property hs_meeting_start_time
    start_time timestamptz,
    -- HubSpot property hs_meeting_end_time
    end_time timestamptz,
    -- HubSpot property hs_timestamp
    meeting_timestamp timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_meetings_raw_company_ids_idx on hubspot_meetings_raw using gin (company_ids)
    with (fastupdate=off);
create index hubspot_meetings_raw_contact_ids_idx on hubspot_meetings_raw using gin (contact_ids)
    with (fastupdate=off);
create index hubspot_meetings_raw_deal_ids_idx on hubspot_meetings_raw using gin (deal_ids) with
    (fastupdate=off);
create index hubspot_meetings_raw_hubspot_id_idx on hubspot_meetings_raw (hubspot_id);
create index hubspot_meetings_raw_hubspot_owner_id_idx on hubspot_meetings_raw (hubspot_owner_id);
create index hubspot_meetings_raw_meeting_timestamp_idx on hubspot_meetings_raw (meeting_timestamp);
create index hubspot_meetings_raw_portal_id_merged_into_idx on hubspot_meetings_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_meetings_raw_raw_json_idx on hubspot_meetings_raw using gin (raw_json
    jsonb_path_ops);
create index hubspot_meetings_raw_start_time_idx on hubspot_meetings_raw (start_time);
create trigger count_came after insert on hubspot_meetings_raw referencing new table as changed for
    each statement execute function count_records('meetings');
create trigger count_changed after update on hubspot_meetings_raw for each row when ((old.archived
    or old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute
    function count_records('meetings');
create trigger count_went after delete on hubspot_meetings_raw referencing old table as changed for
    each statement execute function count_records('meetings');
create trigger mark_response_came after insert on hubspot_meetings_raw referencing new table as
    changed for each statement execute function mark_responses();
create trigger mark_response_replaced after update on hubspot_meetings_raw referencing old table as
    went new table as came for each statement execute function mark_responses('start_time',
    'outcome');
create trigger mark_response_went after delete on hubspot_meetings_raw referencing old table as
    changed for each statement execute function mark_responses();

-- All notes, archived and merged ones too; the view notes leaves those out
create table hubspot_notes_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_note_body
    body text,
    -- HubSpot property hs_timestamp
    note_timestamp timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_notes_raw_company_ids_idx on hubspot_notes_raw using gin (company_ids) with
    (fastupdate=off);
create index hubspot_notes_raw_contact_ids_idx on hubspot_notes_raw using gin (contact_ids) with
    (fastupdate=off);
create index hubspot_notes_raw_deal_ids_idx on hubspot_notes_raw using gin (deal_ids) with
    (fastupdate=off);
create index hubspot_notes_raw_hubspot_id_idx on hubspot_notes_raw (hubspot_id);
create index hubspot_notes_raw_hubspot_owner_id_idx on hubspot_notes_raw (hubspot_owner_id);
create index hubspot_notes_raw_note_timestamp_idx on hubspot_notes_raw (note_timestamp);
create index hubspot_notes_raw_portal_id_merged_into_idx on hubspot_notes_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_notes_raw_raw_json_idx on hubspot_notes_raw using gin (raw_json
    jsonb_path_ops);
create trigger count_came after insert on hubspot_notes_raw referencing new table as changed for
    each statement execute function count_records('notes');
create trigger count_changed after update on hubspot_notes_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('notes');
create trigger count_went after delete on hubspot_notes_raw referencing old table as changed for
    each statement execute function count_records('notes');
create trigger mark_competitors_came after insert on hubspot_notes_raw referencing new table as
    changed for each statement execute function mark_competitors('notes');
create trigger mark_competitors_replaced after update on hubspot_notes_raw referencing new table as
    changed for each statement execute function mark_competitors('notes');
create trigger mark_competitors_went after delete on hubspot_notes_raw referencing old table as
    changed for each statement execute function mark_competitors('notes');

-- All records of custom types; the view is custom_objects
create table hubspot_objects_raw (
    portal_id bigint not null,
    object_type text not null,
    hubspot_id text not null,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    ticket_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, object_type, hubspot_id)
);
create index hubspot_objects_raw_company_ids_idx on hubspot_objects_raw using gin (company_ids) with
    (fastupdate=off);
create index hubspot_objects_raw_contact_ids_idx on hubspot_objects_raw using gin (contact_ids) with
    (fastupdate=off);
create index hubspot_objects_raw_deal_ids_idx on hubspot_objects_raw using gin (deal_ids) with
    (fastupdate=off);
create index hubspot_objects_raw_hubspot_id_idx on hubspot_objects_raw (hubspot_id);
create index hubspot_objects_raw_portal_id_idx on hubspot_objects_raw (portal_id) where ((raw_json
    -> 'properties') ->> 'hs_merged_object_ids') <> '';
create index hubspot_objects_raw_portal_id_object_type_archived_merged_i_idx on hubspot_objects_raw
    (portal_id, object_type, archived, merged_into);
create index hubspot_objects_raw_portal_id_object_type_merged_into_idx on hubspot_objects_raw
    (portal_id, object_type, merged_into) where merged_into is not null;
create index hubspot_objects_raw_raw_json_idx on hubspot_objects_raw using gin (raw_json
    jsonb_path_ops);
create index hubspot_objects_raw_ticket_ids_idx on hubspot_objects_raw using gin (ticket_ids) with
    (fastupdate=off);
create trigger count_came after insert on hubspot_objects_raw referencing new table as changed for
    each statement execute function count_records();
create trigger count_changed after update on hubspot_objects_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records();
create trigger count_went after delete on hubspot_objects_raw referencing old table as changed for
    each statement execute function count_records();

-- All orders, archived and merged ones too; the view orders leaves those out
create table hubspot_orders_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_order_name
    name text,
    -- HubSpot property hs_total_price
    total_price numeric,
    -- HubSpot property hs_currency_code
    currency text,
    -- HubSpot property hs_source_store
    source_store text,
    -- HubSpot property hs_external_order_id
    external_order_id text,
    -- HubSpot property hs_payment_status
    payment_status text,
    -- HubSpot property hs_fulfillment_status
    fulfillment_status text,
    hubspot_owner_id text,
    -- HubSpot property hs_pipeline
    pipeline text,
    -- HubSpot property hs_pipeline_stage
    stage text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_orders_raw_links on hubspot_orders_raw using gin (contact_ids, company_ids,
    deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_orders_raw referencing new table as changed for
    each statement execute function count_records('orders');
create trigger count_changed after update on hubspot_orders_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('orders');
create trigger count_went after delete on hubspot_orders_raw referencing old table as changed for
    each statement execute function count_records('orders');

-- Owners as HubSpot sent them; the view owners has their names
create table hubspot_owners (
    portal_id bigint not null,
    hubspot_id text not null,
    email text,
    firstname text,
    lastname text,
    archived boolean not null default false,
    raw_json jsonb not null,
    synced_at timestamptz not null default now(),
    -- since when HubSpot lists the owner no more
    gone_at timestamptz,
    primary key (portal_id, hubspot_id)
);

-- Pipelines as HubSpot sent them; the view is pipeline_stages
create table hubspot_pipelines (
    portal_id bigint not null,
    object_type text not null,
    hubspot_id text not null,
    label text,
    raw_json jsonb not null,
    synced_at timestamptz not null default now(),
    -- since when HubSpot lists the pipeline no more
    gone_at timestamptz,
    gone_stages jsonb not null default '[]'::jsonb,
    primary key (portal_id, object_type, hubspot_id)
);
create trigger meaning_came after insert or delete on hubspot_pipelines for each row execute
    function meaning_changed();
create trigger meaning_changed after update on hubspot_pipelines for each row when (old.label is
    distinct from new.label or (old.raw_json -> 'stages') is distinct from (new.raw_json ->
    'stages') or old.gone_stages is distinct from new.gone_stages or old.gone_at is distinct from
    new.gone_at) execute function meaning_changed();

-- Lists, forms, marketing e-mails … as HubSpot sent them; each family has a view
create table hubspot_polled (
    portal_id bigint not null,
    family text not null,
    parent_key text not null default '',
    key text not null,
    raw_json jsonb not null,
    stamp text not null,
    updated_at timestamptz,
    synced_at timestamptz not null default now(),
    -- since when HubSpot lists the entry no more
    gone_at timestamptz,
    primary key (portal_id, family, parent_key, key)
);
create index hubspot_polled_portal_id_family_idx on hubspot_polled (portal_id, family) where gone_at
    is not null;

-- All products, archived and merged ones too; the view products leaves those out
create table hubspot_products_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    name text,
    -- HubSpot property hs_sku
    sku text,
    price numeric,
    createdate timestamptz,
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_products_raw_createdate_idx on hubspot_products_raw (createdate);
create index hubspot_products_raw_hubspot_id_idx on hubspot_products_raw (hubspot_id);
create index hubspot_products_raw_name_idx on hubspot_products_raw (name);
create index hubspot_products_raw_portal_id_merged_into_idx on hubspot_products_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_products_raw_raw_json_idx on hubspot_products_raw using gin (raw_json
    jsonb_path_ops);
create index hubspot_products_raw_sku_idx on hubspot_products_raw (sku);
create trigger count_came after insert on hubspot_products_raw referencing new table as changed for
    each statement execute function count_records('products');
create trigger count_changed after update on hubspot_products_raw for each row when ((old.archived
    or old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute
    function count_records('products');
create trigger count_went after delete on hubspot_products_raw referencing old table as changed for
    each statement execute function count_records('products');

-- All projects, archived and merged ones too; the view projects leaves those out
create table hubspot_projects_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_name
    name text,
    -- HubSpot property hs_status
    status text,
    -- HubSpot property hs_start_date
    starts_at timestamptz,
    -- HubSpot property hs_target_due_date
    target_end_at timestamptz,
    hubspot_owner_id text,
    -- HubSpot property hs_pipeline
    pipeline text,
    -- HubSpot property hs_pipeline_stage
    stage text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_projects_raw_links on hubspot_projects_raw using gin (contact_ids, company_ids,
    deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_projects_raw referencing new table as changed for
    each statement execute function count_records('projects');
create trigger count_changed after update on hubspot_projects_raw for each row when ((old.archived
    or old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute
    function count_records('projects');
create trigger count_went after delete on hubspot_projects_raw referencing old table as changed for
    each statement execute function count_records('projects');

-- Definitions of properties, as HubSpot sent them
create table hubspot_properties (
    portal_id bigint not null,
    object_type text not null,
    name text not null,
    label text,
    type text,
    field_type text,
    calculated boolean not null default false,
    raw_json jsonb not null,
    synced_at timestamptz not null default now(),
    primary key (portal_id, object_type, name)
);

-- All quotes, archived and merged ones too; the view quotes leaves those out
create table hubspot_quotes_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_title
    title text,
    -- HubSpot property hs_status
    status text,
    -- HubSpot property hs_quote_amount
    amount numeric,
    -- HubSpot property hs_currency
    currency text,
    -- HubSpot property hs_expiration_date
    expires_at timestamptz,
    hubspot_owner_id text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_quotes_raw_links on hubspot_quotes_raw using gin (contact_ids, company_ids,
    deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_quotes_raw referencing new table as changed for
    each statement execute function count_records('quotes');
create trigger count_changed after update on hubspot_quotes_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('quotes');
create trigger count_went after delete on hubspot_quotes_raw referencing old table as changed for
    each statement execute function count_records('quotes');

-- Definitions of custom types, as HubSpot sent them
create table hubspot_schemas (
    portal_id bigint not null,
    type_id text not null,
    object_type text not null,
    label text,
    raw_json jsonb not null,
    first_seen_at timestamptz not null default now(),
    synced_at timestamptz not null default now(),
    gone_at timestamptz,
    primary key (portal_id, type_id)
);

-- All services, archived and merged ones too; the view services leaves those out
create table hubspot_services_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_name
    name text,
    -- HubSpot property hs_category
    category text,
    -- HubSpot property hs_total_cost
    total_cost numeric,
    -- HubSpot property hs_amount_paid
    amount_paid numeric,
    -- HubSpot property hs_start_date
    starts_at timestamptz,
    -- HubSpot property hs_target_end_date
    target_end_at timestamptz,
    -- HubSpot property hs_close_date
    closed_at timestamptz,
    hubspot_owner_id text,
    -- HubSpot property hs_pipeline
    pipeline text,
    -- HubSpot property hs_pipeline_stage
    stage text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_services_raw_links on hubspot_services_raw using gin (contact_ids, company_ids,
    deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_services_raw referencing new table as changed for
    each statement execute function count_records('services');
create trigger count_changed after update on hubspot_services_raw for each row when ((old.archived
    or old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute
    function count_records('services');
create trigger count_went after delete on hubspot_services_raw referencing old table as changed for
    each statement execute function count_records('services');

-- All subscriptions, archived and merged ones too; the view subscriptions leaves those out
create table hubspot_subscriptions_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_name
    name text,
    -- HubSpot property hs_status
    status text,
    -- HubSpot property hs_currency_code
    currency text,
    -- HubSpot property hs_recurring_billing_frequency
    recurring_frequency text,
    -- HubSpot property hs_recurring_billing_start_date
    started_at timestamptz,
    -- HubSpot property hs_next_payment_due_date
    next_payment_due_at timestamptz,
    -- HubSpot property hs_next_payment_amount
    next_payment_amount numeric,
    hubspot_owner_id text,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_subscriptions_raw_links on hubspot_subscriptions_raw using gin (contact_ids,
    company_ids, deal_ids) with (fastupdate=off);
create trigger count_came after insert on hubspot_subscriptions_raw referencing new table as changed
    for each statement execute function count_records('subscriptions');
create trigger count_changed after update on hubspot_subscriptions_raw for each row when
    ((old.archived or old.merged_into is not null) <> (new.archived or new.merged_into is not null))
    execute function count_records('subscriptions');
create trigger count_went after delete on hubspot_subscriptions_raw referencing old table as changed
    for each statement execute function count_records('subscriptions');

-- All tasks, archived and merged ones too; the view tasks leaves those out
create table hubspot_tasks_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_task_subject
    subject text,
    -- HubSpot property hs_task_status
    status text,
    -- HubSpot property hs_task_priority
    priority text,
    -- HubSpot property hs_timestamp
    due_at timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create index hubspot_tasks_raw_company_ids_idx on hubspot_tasks_raw using gin (company_ids) with
    (fastupdate=off);
create index hubspot_tasks_raw_contact_ids_idx on hubspot_tasks_raw using gin (contact_ids) with
    (fastupdate=off);
create index hubspot_tasks_raw_deal_ids_idx on hubspot_tasks_raw using gin (deal_ids) with
    (fastupdate=off);
create index hubspot_tasks_raw_due_at_idx on hubspot_tasks_raw (due_at);
create index hubspot_tasks_raw_hubspot_id_idx on hubspot_tasks_raw (hubspot_id);
create index hubspot_tasks_raw_hubspot_owner_id_idx on hubspot_tasks_raw (hubspot_owner_id);
create index hubspot_tasks_raw_portal_id_merged_into_idx on hubspot_tasks_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_tasks_raw_raw_json_idx on hubspot_tasks_raw using gin (raw_json
    jsonb_path_ops);
create index hubspot_tasks_raw_status_idx on hubspot_tasks_raw (status);
create trigger count_came after insert on hubspot_tasks_raw referencing new table as changed for
    each statement execute function count_records('tasks');
create trigger count_changed after update on hubspot_tasks_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('tasks');
create trigger count_went after delete on hubspot_tasks_raw referencing old table as changed for
    each statement execute function count_records('tasks');

-- All taxes, archived and merged ones too; the view taxes leaves those out
create table hubspot_taxes_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_label
    label text,
    -- HubSpot property hs_type
    value_type text,
    -- HubSpot property hs_value
    value numeric,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create trigger count_came after insert on hubspot_taxes_raw referencing new table as changed for
    each statement execute function count_records('taxes');
create trigger count_changed after update on hubspot_taxes_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('taxes');
create trigger count_went after delete on hubspot_taxes_raw referencing old table as changed for
    each statement execute function count_records('taxes');

-- All tickets, archived and merged ones too; the view tickets leaves those out
create table hubspot_tickets_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    subject text,
    -- HubSpot property hs_pipeline
    pipeline text,
    -- HubSpot property hs_pipeline_stage
    pipeline_stage text,
    -- HubSpot property hs_ticket_priority
    priority text,
    -- HubSpot property hs_ticket_category
    category text,
    createdate timestamptz,
    closed_date timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    time_to_close numeric,
    satisfaction_score numeric,
    -- HubSpot property num_contacted_notes
    num_interactions integer,
    primary key (portal_id, hubspot_id)
);
create index hubspot_tickets_raw_closed_date_idx on hubspot_tickets_raw (closed_date);
create index hubspot_tickets_raw_company_ids_idx on hubspot_tickets_raw using gin (company_ids) with
    (fastupdate=off);
create index hubspot_tickets_raw_contact_ids_idx on hubspot_tickets_raw using gin (contact_ids) with
    (fastupdate=off);
create index hubspot_tickets_raw_createdate_idx on hubspot_tickets_raw (createdate);
create index hubspot_tickets_raw_deal_ids_idx on hubspot_tickets_raw using gin (deal_ids) with
    (fastupdate=off);
create index hubspot_tickets_raw_hubspot_id_idx on hubspot_tickets_raw (hubspot_id);
create index hubspot_tickets_raw_hubspot_owner_id_idx on hubspot_tickets_raw (hubspot_owner_id);
create index hubspot_tickets_raw_pipeline_stage_idx on hubspot_tickets_raw (pipeline_stage);
create index hubspot_tickets_raw_portal_id_idx on hubspot_tickets_raw (portal_id) where ((raw_json
    -> 'properties') ->> 'hs_merged_object_ids') <> '';
create index hubspot_tickets_raw_portal_id_merged_into_idx on hubspot_tickets_raw (portal_id,
    merged_into) where merged_into is not null;
create index hubspot_tickets_raw_raw_json_idx on hubspot_tickets_raw using gin (raw_json
    jsonb_path_ops);
create statistics hubspot_tickets_raw_merged on ((raw_json -> 'properties') ->>
    'hs_merged_object_ids') from hubspot_tickets_raw;
create trigger count_came after insert on hubspot_tickets_raw referencing new table as changed for
    each statement execute function count_records('tickets');
create trigger count_changed after update on hubspot_tickets_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('tickets');
create trigger count_went after delete on hubspot_tickets_raw referencing old table as changed for
    each statement execute function count_records('tickets');
create trigger roll_came after insert on hubspot_tickets_raw referencing new table as new_rows for
    each statement execute function roll_up_tickets();
create trigger roll_changed after update on hubspot_tickets_raw referencing old table as old_rows
    new table as new_rows for each statement execute function roll_up_tickets();
create trigger roll_went after delete on hubspot_tickets_raw referencing old table as old_rows for
    each statement execute function roll_up_tickets();

-- All users, archived and merged ones too; the view users leaves those out
create table hubspot_users_raw (
    portal_id bigint not null,
    hubspot_id text not null,
    -- HubSpot property hs_email
    email text,
    -- HubSpot property hs_given_name
    firstname text,
    -- HubSpot property hs_family_name
    lastname text,
    -- HubSpot property hs_job_title
    job_title text,
    -- HubSpot property hs_standard_time_zone
    time_zone text,
    -- HubSpot property hs_internal_user_id
    user_id text,
    -- HubSpot property hs_deactivated
    is_deactivated boolean,
    -- HubSpot property hs_createdate
    createdate timestamptz,
    raw_json jsonb not null,
    archived boolean not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    updated_at timestamptz not null,
    scan_id uuid,
    primary key (portal_id, hubspot_id)
);
create trigger count_came after insert on hubspot_users_raw referencing new table as changed for
    each statement execute function count_records('users');
create trigger count_changed after update on hubspot_users_raw for each row when ((old.archived or
    old.merged_into is not null) <> (new.archived or new.merged_into is not null)) execute function
    count_records('users');
create trigger count_went after delete on hubspot_users_raw referencing old table as changed for
    each statement execute function count_records('users');

-- Sessions on the company's pages, a partition for each month
create table hubspot_web_sessions (
    portal_id bigint not null,
    session_id text not null,
    -- when the session began
    occurred_at timestamptz not null,
    contact_id text,
    -- the page that it began with
    page_url text,
    referrer_domain text,
    browser text,
    device_type text,
    country text,
    session_duration_sec integer,
    page_views integer,
    -- whether that was its only page
    bounce boolean,
    -- filled by spoke load; HubSpot has none
    conversion boolean,
    -- its events as HubSpot sent them; NULL: loaded
    raw_json jsonb,
    synced_at timestamptz not null default now(),
    primary key (portal_id, session_id, occurred_at)
) partition by range (occurred_at);
create index hubspot_web_sessions_portal_id_contact_id_idx on only hubspot_web_sessions (portal_id,
    contact_id);
create trigger roll_came after insert on hubspot_web_sessions referencing new table as new_rows for
    each statement execute function roll_up_web_sessions();
create trigger roll_changed after update on hubspot_web_sessions referencing old table as old_rows
    new table as new_rows for each statement execute function roll_up_web_sessions();
create trigger roll_went after delete on hubspot_web_sessions referencing old table as old_rows for
    each statement execute function roll_up_web_sessions();

-- how often companies of a size and industry become customers
create table icp_segments (
    portal_id bigint not null,
    size_band text not null,
    industry text not null,
    as_of timestamptz not null,
    leads integer not null,
    customers integer not null,
    conversion numeric,
    "least" numeric,
    most numeric,
    smoothed numeric,
    lift numeric,
    tier text,
    primary key (portal_id, size_band, industry)
);

-- Events of the company's own systems, as programs sent them; contact_usage counts them
create table ingested_events (
    portal_id bigint not null,
    source text not null,
    event_id text not null,
    schema_name text not null,
    event text not null,
    occurred_at timestamptz not null,
    contact_id text,
    email text,
    quantity numeric,
    properties jsonb not null default '{}'::jsonb,
    received_at timestamptz not null default now(),
    primary key (portal_id, source, event_id)
);
create index ingested_events_contact on ingested_events (portal_id, contact_id, occurred_at) where
    contact_id is not null;
create index ingested_events_email on ingested_events (portal_id, email, occurred_at) where email is
    not null;
create index ingested_events_time on ingested_events (occurred_at);

-- what each model says of each contact
create table lead_scores (
    portal_id bigint not null,
    contact_id text not null,
    model_id bigint not null,
    as_of timestamptz not null,
    probability real not null,
    score numeric(4,1) not null,
    reasons jsonb not null,
    deal_id text,
    primary key (portal_id, contact_id, model_id)
);
create index lead_scores_best on lead_scores (portal_id, model_id, score desc, contact_id);

-- Spoke's own: what uncertain_links shows
create table link_doubts (
    portal_id bigint not null,
    kind text not null,
    from_id text not null,
    to_id text,
    linked boolean not null,
    why text not null,
    link_rule text,
    link_score numeric,
    runner_up_id text,
    runner_up_rule text,
    runner_up_score numeric,
    primary key (portal_id, kind, from_id)
);
create index link_doubts_linked_link_score_kind_portal_id_from_id_idx on link_doubts (linked,
    link_score, kind, portal_id, from_id);

-- Spoke's own: calls whose links are found again
create table link_marks (
    portal_id bigint not null,
    mark_id bigint not null generated always as identity,
    call_ids text[] not null default '{}'::text[],
    contact_ids text[] not null default '{}'::text[],
    phone_keys text[] not null default '{}'::text[],
    primary key (portal_id, mark_id)
);

-- team → company, call → contact, contact → user; to_id NULL: not linked to anything
create table manual_links (
    portal_id bigint not null,
    kind text not null,
    from_id text not null,
    to_id text,
    note text,
    created_at timestamptz not null default now(),
    primary key (portal_id, kind, from_id),
    check (kind = any (array['team_company', 'call_contact', 'contact_user']))
);
create trigger link_calls_came after insert on manual_links referencing new table as changed for
    each statement execute function manual_calls_changed();
create trigger link_calls_new after update on manual_links referencing new table as changed for each
    statement execute function manual_calls_changed();
create trigger link_calls_old after update on manual_links referencing old table as changed for each
    statement execute function manual_calls_changed();
create trigger link_calls_went after delete on manual_links referencing old table as changed for
    each statement execute function manual_calls_changed();

-- internal names of deal properties, outcomes of calls and words that mean yes
create table metric_settings (
    portal_id bigint not null,
    sale_property text,
    upfront_property text,
    connected_dispositions text[],
    yes_words text[] not null default '{yes,y,true,1,on}'::text[],
    customer_stages text[] not null default '{customer,evangelist}'::text[],
    primary key (portal_id)
);
create trigger forget_days after insert or delete or update on metric_settings for each row execute
    function forget_days();
create trigger keep_words before insert or update on metric_settings for each row execute function
    keep_words();
create trigger meaning_came after insert or delete on metric_settings for each row execute function
    meaning_changed();
create trigger meaning_changed after update on metric_settings for each row when (old.* is distinct
    from new.*) execute function meaning_changed();

-- Spoke's own: migrations that were applied
create table migrations (
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    primary key (name)
);

-- lead scoring models, with how good each one is
create table models (
    portal_id bigint not null,
    model_id bigint not null generated always as identity,
    kind text not null,
    made_at timestamptz not null default now(),
    state text not null,
    state_at timestamptz not null default now(),
    refused text,
    fingerprint text not null,
    scores jsonb not null,
    artifact bytea not null,
    primary key (portal_id, model_id),
    check (state = any (array['current', 'shadow', 'former', 'refused']))
);
create unique index models_one_of_each on models (portal_id, state) where state = any
    (array['current', 'shadow']);

-- Spoke's own: the calls of owners with our numbers as far as the round under way has counted
create table number_call_counts (
    portal_id bigint not null,
    phone_key text not null,
    owner_id text not null,
    calls bigint not null,
    primary key (portal_id, phone_key, owner_id)
);

-- which owner calls from each of our own numbers; found again in rounds
create table number_owners (
    portal_id bigint not null,
    phone_key text not null,
    owner_id text not null,
    calls integer not null,
    of_calls integer not null,
    primary key (portal_id, phone_key)
);

-- which of the types that most portals have none of a portal has, and which it may not see
create table optional_types (
    portal_id bigint not null,
    object_type text not null,
    looked_at timestamptz not null default now(),
    used_at timestamptz,
    refusal text,
    primary key (portal_id, object_type)
);

-- Spoke's own: what is paused or rests of what goes out
create table outgoing_holds (
    portal_id bigint not null,
    channel text not null,
    destination text not null default '',
    held_at timestamptz not null default now(),
    until timestamptz,
    reason text not null,
    primary key (portal_id, channel, destination)
);

-- Spoke's own: what is to be sent, was sent lately, or could not be sent
create table outgoing_messages (
    portal_id bigint not null,
    message_id uuid not null default gen_random_uuid(),
    channel text not null,
    destination text not null,
    idempotency_key text not null,
    payload jsonb not null,
    made_at timestamptz not null default now(),
    due_at timestamptz not null default now(),
    expires_at timestamptz,
    attempts integer not null default 0,
    leased_until timestamptz,
    sent_at timestamptz,
    failed_at timestamptz,
    error text,
    unique (portal_id, channel, destination, idempotency_key),
    primary key (portal_id, message_id)
);
create index outgoing_messages_dead on outgoing_messages (failed_at) where failed_at is not null;
create index outgoing_messages_open on outgoing_messages (portal_id, channel, destination, due_at)
    where sent_at is null and failed_at is null;
create index outgoing_messages_sent on outgoing_messages (sent_at) where sent_at is not null;

-- your own domains: support logins in customers' teams say nothing about the customer
create table own_domains (
    domain text not null,
    note text,
    primary key (domain),
    check (domain = lower(domain))
);
create trigger key_all after insert or delete or update or truncate on own_domains for each
    statement execute function domains_changed();

-- Records that wait to be fetched from HubSpot
create table pending_changes (
    portal_id bigint not null,
    object_type text not null,
    hubspot_id text not null,
    generation bigint not null default 1,
    associations text[] not null default '{}'::text[],
    event_at timestamptz,
    marked_at timestamptz not null default now(),
    not_before timestamptz not null default now(),
    leased_until timestamptz,
    attempts integer not null default 0,
    error text,
    -- whether the record itself must be read, and not only its links
    whole boolean not null default true,
    -- the modified time of HubSpot's record, where it is older than that of our row
    older_at timestamptz,
    -- since when HubSpot has answered with that time
    older_since timestamptz,
    -- whether HubSpot is to be asked which records link to this one
    other_ends boolean not null default false,
    primary key (portal_id, object_type, hubspot_id)
);
create index pending_changes_portal_id_object_type_leased_until_idx on pending_changes (portal_id,
    object_type, leased_until) where leased_until is not null;
create index pending_changes_portal_id_object_type_marked_at_idx on pending_changes (portal_id,
    object_type, marked_at);

-- Spoke's own: whose phone numbers are read again, since the country of the portal was set
create table phone_rereads (
    portal_id bigint not null,
    object_type text not null,
    after text not null,
    primary key (portal_id, object_type)
);

-- Spoke's own: how far polled families were read; see sync_status
create table polled_walks (
    portal_id bigint not null,
    family text not null,
    parent_key text not null default '',
    cursor text,
    is_whole boolean not null default true,
    above bigint not null default 0,
    since_at timestamptz,
    newest_at timestamptz,
    stamp text,
    started_at timestamptz not null default now(),
    completed_at timestamptz,
    whole_at timestamptz,
    not_before timestamptz not null default now(),
    counted bigint not null default 0,
    entries bigint not null default 0,
    requests bigint not null default 0,
    error text,
    no_access boolean not null default false,
    primary key (portal_id, family, parent_key)
);

-- The HubSpot accounts that are mirrored
create table portals (
    portal_id bigint not null,
    name text,
    token_encrypted bytea,
    time_zone text not null default 'UTC',
    currency text,
    country text,
    paused_at timestamptz,
    paused_until timestamptz,
    paused_reason text,
    created_at timestamptz not null default now(),
    salt bytea not null default uuid_send(gen_random_uuid()),
    held boolean not null default false,
    schemas_changed_at timestamptz,
    schemas_error text,
    rate_limit integer,
    -- properties of contacts that hold phone numbers, beside phone and mobilephone
    phone_properties text[] not null default '{}'::text[],
    primary key (portal_id),
    check (rate_limit > 0)
);
create trigger forget_days after update of time_zone on portals for each row when (old.time_zone is
    distinct from new.time_zone) execute function forget_days();
create trigger meaning_changed after update on portals for each row when (old.currency is distinct
    from new.currency) execute function meaning_changed();

-- Spoke's own: erasures that HubSpot announced
create table privacy_requests (
    portal_id bigint not null,
    object_type text not null,
    hubspot_id text not null,
    asked_at timestamptz not null default now(),
    next_at timestamptz not null default now(),
    attempts integer not null default 0,
    last_answer text,
    undone_at timestamptz,
    undone_reason text,
    primary key (portal_id, object_type, hubspot_id)
);

-- Spoke's own: records to be read again for new properties
create table property_catch_ups (
    portal_id bigint not null,
    object_type text not null,
    names text[] not null,
    since timestamptz,
    after text not null default '',
    generation bigint not null default 1,
    records bigint not null default 0,
    learnt_at timestamptz not null default now(),
    not_before timestamptz not null default now(),
    error text,
    primary key (portal_id, object_type)
);

-- Past values; the view changes says from what to what
create table property_history (
    portal_id bigint not null,
    object_type text not null,
    hubspot_id text not null,
    property text not null,
    changed_at timestamptz not null,
    value text,
    source text,
    source_id text,
    primary key (portal_id, object_type, hubspot_id, property, changed_at)
);
create index property_history_deal_ways on property_history (portal_id, property, hubspot_id,
    changed_at) where object_type = 'deals' and (property = any (array['dealstage', 'pipeline']));
create index property_history_portal_id_changed_at_idx on property_history (portal_id, changed_at);
create trigger tell_changes after insert on property_history referencing new table as new_rows for
    each statement execute function tell_changes();

-- below which domains anybody may register a name; the Public Suffix List
create table public_suffixes (
    suffix text not null,
    kind text not null,
    primary key (suffix, kind),
    check (kind = any (array['suffix', 'wildcard', 'exception']))
);

-- Spoke's own: hashes of erased records, so that none comes back
create table purges (
    portal_id bigint not null,
    object_type text not null,
    id_hash bytea not null,
    purged_at timestamptz not null default now(),
    key_id text,
    -- Of an erased address: hashes of the ids of its person; NULL where it was of two people that
    -- were erased
    person_hashes bytea[],
    primary key (portal_id, object_type, id_hash)
);

-- What each owner is to win in a period, in the company's money
create table quotas (
    portal_id bigint not null,
    owner_id text not null,
    period_start date not null,
    period_end date not null,
    amount numeric not null,
    set_at timestamptz not null default now(),
    primary key (portal_id, owner_id, period_start, period_end),
    check (amount > 0::numeric),
    check (period_start < period_end)
);

-- which portals a person's role may see; written by `spoke readers`
create table readers (
    portal_id bigint not null,
    role_name name not null,
    added_at timestamptz not null default now(),
    primary key (portal_id, role_name)
);
create policy readers on readers for select using role_name = any (array[current_user,
    session_user]);

-- roles whose portals stand in spoke.portals; written by `spoke migrate`
create table reading_programs (
    role_name name not null,
    primary key (role_name)
);
create policy readers on reading_programs for select using role_name = current_user;

-- Spoke's own: by how much the numbers of records changed; their sums are in sync_status
create table record_counts (
    portal_id bigint not null,
    object_type text not null,
    entry_id bigint not null generated always as identity,
    live bigint not null,
    archived bigint not null,
    primary key (portal_id, object_type, entry_id)
);

-- Spoke's own: files that are written again and again
create table report_schedules (
    portal_id bigint not null,
    schedule_id bigint not null generated always as identity,
    report text not null,
    form text not null,
    destination text not null,
    every text not null,
    tells_slack boolean not null default false,
    next_at timestamptz not null,
    made_at timestamptz not null default now(),
    last_run_at timestamptz,
    last_file text,
    last_rows bigint,
    last_error text,
    primary key (portal_id, schedule_id),
    check (every = any (array['day', 'week', 'month']))
);

-- Spoke's own: sums of the aggregations, and changes to them
create table rollup_rows (
    portal_id bigint not null,
    entity text not null,
    dimension text not null,
    entry_id bigint not null generated always as identity,
    key text,
    generation bigint not null,
    is_folded boolean not null default false,
    n bigint not null,
    s1 numeric not null,
    s2 numeric not null,
    s3 numeric not null,
    s4 numeric not null,
    s5 numeric not null,
    s6 numeric not null,
    s7 numeric not null,
    s8 numeric not null,
    s9 numeric not null,
    s10 numeric not null,
    s11 numeric not null,
    s12 numeric not null,
    -- Month of UTC of the records, as 2026-11; NULL: no time
    month text,
    primary key (portal_id, entity, dimension, entry_id)
);
create index rollup_rows_open on rollup_rows (portal_id, entity, generation) where not is_folded;

-- Spoke's own: when the sums of each entity were built whole
create table rollup_states (
    portal_id bigint not null,
    entity text not null,
    generation bigint not null default 1,
    built_generation bigint,
    built_at timestamptz,
    primary key (portal_id, entity)
);

-- Spoke's own: how far uncertain links, user spend and number owners are found again
create table rounds (
    portal_id bigint not null,
    name text not null,
    reached text not null default '',
    finished_at timestamptz,
    primary key (portal_id, name)
);

-- Spoke's own: calls by day, for the sales metrics
create table sales_call_days (
    portal_id bigint not null,
    owner_id text not null,
    day date not null,
    calls bigint not null,
    timed bigint not null,
    ms bigint not null,
    long bigint not null,
    connected bigint not null,
    gaps integer[] not null,
    gaps_2 integer[] not null,
    primary key (portal_id, owner_id, day)
);

-- Spoke's own: contacts by day, for the sales metrics
create table sales_contact_days (
    portal_id bigint not null,
    owner_id text not null,
    day date not null,
    contacts bigint not null,
    customers bigint not null,
    called bigint not null,
    seconds_to_call numeric not null,
    responses double precision[] not null default '{}'::double precision[],
    next_response_at timestamptz,
    primary key (portal_id, owner_id, day)
);

-- Spoke's own: days to be added up again
create table sales_marks (
    portal_id bigint not null,
    mark_id bigint not null generated always as identity,
    contact_id text,
    call_at timestamptz,
    created_at timestamptz,
    primary key (portal_id, mark_id)
);

-- Spoke's own: since when days are added up
create table sales_sums (
    portal_id bigint not null,
    built_at timestamptz,
    -- days whose calls are still to be added up
    due_call_days date[] not null default '{}'::date[],
    -- days whose contacts are still to be added up
    due_contact_days date[] not null default '{}'::date[],
    primary key (portal_id)
);

-- Spoke's own: where a backfill stands
create table scan_stretches (
    portal_id bigint not null,
    scan_id uuid not null,
    start bigint not null,
    after bigint not null,
    until bigint,
    done boolean not null default false,
    primary key (portal_id, scan_id, start)
);

-- Runs of backfill, reconcile and nightly comparison: see scan_progress
create table scans (
    portal_id bigint not null,
    scan_id uuid not null default gen_random_uuid(),
    kind text not null,
    object_type text not null,
    state text not null default 'pending',
    slot timestamptz,
    checkpoint text,
    total bigint,
    records bigint not null default 0,
    requests bigint not null default 0,
    error text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    heartbeat_at timestamptz,
    finished_at timestamptz,
    -- how often a worker has taken the scan up; a worker with an earlier attempt has lost it
    attempt integer not null default 1,
    extraction_id uuid,
    page_size integer not null default 100,
    checkpoint_pages integer not null default 10,
    since timestamptz,
    -- records that had no row here; NULL: not counted
    created bigint default 0,
    -- records whose row was older than HubSpot's; NULL: not counted
    updated bigint default 0,
    -- what happened to the run, oldest first: at, state, attempt, records, error; the last 200
    -- changes
    diary jsonb not null default '[]'::jsonb,
    unique (portal_id, object_type, kind, slot),
    primary key (portal_id, scan_id),
    check (kind = any (array['backfill', 'reconcile', 'nightly', 'refresh'])),
    check (state = any (array['pending', 'running', 'paused', 'completed', 'failed', 'cancelled',
        'crashed']))
);
create index scans_portal_id_extraction_id_idx on scans (portal_id, extraction_id) where
    extraction_id is not null;
create unique index scans_one_at_a_time on scans (portal_id, object_type, kind) where state = any
    (array['pending', 'running', 'paused']);
create trigger begin_diary before insert on scans for each row execute function keep_diary();
create trigger keep_diary before update on scans for each row when (old.state is distinct from
    new.state or old.attempt is distinct from new.attempt or old.error is distinct from new.error or
    new.total > 0 and (new.records * 10 / new.total) <> (old.records * 10 / new.total)) execute
    function keep_diary();

-- which schedules of the clock people started or stopped
create table schedules (
    name text not null,
    is_on boolean not null,
    changed_at timestamptz not null default now(),
    primary key (name)
);

-- Spoke's own: definitions that numbers stand on and that changed or went in HubSpot
create table schema_findings (
    portal_id bigint not null,
    finding_id bigint not null generated always as identity,
    kind text not null,
    object_type text not null,
    name text not null,
    label text,
    was text not null,
    is_now text,
    needed_by text[] not null,
    found_at timestamptz not null default now(),
    resolved_at timestamptz,
    accepted_at timestamptz,
    primary key (portal_id, finding_id)
);
create unique index schema_findings_open on schema_findings (portal_id, kind, object_type, name)
    where resolved_at is null and accepted_at is null;

-- Spoke's own: definitions that numbers stand on, as they were
create table schema_watched (
    portal_id bigint not null,
    kind text not null,
    object_type text not null,
    name text not null,
    label text,
    meaning text not null,
    noted_at timestamptz not null default now(),
    primary key (portal_id, kind, object_type, name)
);

-- Spoke's own: types whose sensitive properties are still to be asked for, after an upgrade
create table sensitive_looks (
    portal_id bigint not null,
    object_type text not null,
    primary key (portal_id, object_type)
);

-- Domains of mail providers and hosts, which tell no company
create table shared_domains (
    domain text not null,
    note text,
    kind text not null default 'provider',
    primary key (domain),
    check (domain = lower(domain)),
    check (kind = any (array['provider', 'host']))
);
create trigger key_all after insert or delete or update or truncate on shared_domains for each
    statement execute function domains_changed();

-- Spoke's own: how long changes took; sync_status has percentiles
create table sync_latency (
    portal_id bigint not null,
    object_type text not null,
    hour timestamptz not null,
    bucket integer not null,
    changes bigint not null,
    primary key (portal_id, object_type, hour, bucket)
);

-- Spoke's own: names of business.teams as links compare them
create table team_keys (
    team_id text not null,
    name_key text,
    domain_key text,
    domain_share numeric,
    umlaut_key text,
    primary key (team_id)
);
create index team_keys_domain_key_idx on team_keys (domain_key);
create index team_keys_expr_idx on team_keys using gin (((' ' || name_key) || ' ') gin_trgm_ops);
create index team_keys_name_key_idx on team_keys (name_key);
create index team_keys_name_key_idx1 on team_keys using gin (name_key gin_trgm_ops);
create index team_keys_replace_idx on team_keys (replace(name_key, ' ', ''));
create index team_keys_umlaut_key_idx on team_keys (umlaut_key) where umlaut_key is not null;
create index team_keys_umlaut_key_idx1 on team_keys using gin (umlaut_key gin_trgm_ops) where
    umlaut_key is not null;

-- Spoke's own: what team_spending shows
create table team_links (
    portal_id bigint not null,
    team_id text not null,
    company_id text not null,
    link_rule text not null,
    link_score numeric not null,
    place integer not null,
    doubt text,
    other_domain boolean not null default false,
    primary key (portal_id, team_id, company_id)
);
create index team_links_portal_id_company_id_idx on team_links (portal_id, company_id);

-- Spoke's own: teams whose links are found again
create table team_marks (
    portal_id bigint not null,
    mark_id bigint not null generated always as identity,
    team_ids text[] not null default '{}'::text[],
    name_keys text[] not null default '{}'::text[],
    domain_keys text[] not null default '{}'::text[],
    primary key (portal_id, mark_id)
);

-- what `spoke status` says of contacts, custom_cars … with a column for each property
create table typed_views (
    name text not null,
    definition text not null,
    columns jsonb not null,
    left_out text[] not null,
    problem text,
    built_at timestamptz not null default now(),
    object_type text not null,
    portal_id bigint not null default 0,
    primary key (portal_id, name)
);

-- Spoke's own: properties that no definition has
create table unheard_properties (
    portal_id bigint not null,
    object_type text not null,
    name text not null,
    seen_at timestamptz not null default clock_timestamp(),
    asked_at timestamptz,
    primary key (portal_id, object_type, name)
);

-- Spoke's own: portals that sent events and are not registered
create table unknown_portals (
    portal_id bigint not null,
    events bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    subscription_type text not null,
    primary key (portal_id)
);

-- Spoke's own: how many records were written ever, for /metrics
create table upsert_counts (
    portal_id bigint not null,
    object_type text not null,
    source text not null,
    lane smallint not null,
    upserts bigint not null,
    primary key (portal_id, object_type, source, lane)
);

-- Spoke's own: addresses of business.users as links compare them
create table user_keys (
    key_id bigint not null generated always as identity,
    user_id text not null,
    email text,
    email_key text generated always as (email_key(email)) stored,
    client_lifetime_spend numeric,
    created_at timestamptz,
    primary key (key_id)
);
create index user_keys_email_key_created_at_idx on user_keys (email_key, created_at) where email_key
    is not null;
create index user_keys_user_id_idx on user_keys (user_id);
create policy readers on user_keys for select using (( select portals_for(current_user) as
    portals_for)) <> '{}'::bigint[];

-- Spoke's own: user_spend_days as far as the round under way has counted
create table user_spend_counts (
    portal_id bigint not null,
    time_zone text not null,
    owner_id text not null,
    day date not null,
    customers bigint not null,
    known bigint not null,
    spend numeric not null,
    primary key (portal_id, owner_id, day)
);

-- lifetime spend of users by the day their contact was created
create table user_spend_days (
    portal_id bigint not null,
    owner_id text not null,
    day date not null,
    customers bigint not null,
    known bigint not null,
    spend numeric not null,
    primary key (portal_id, owner_id, day)
);

-- when user_spend_days was found last, for each portal
create table user_spend_sums (
    portal_id bigint not null,
    time_zone text not null,
    found_at timestamptz not null,
    primary key (portal_id)
);

-- Values that their column cannot hold; raw_json has them
create table value_issues (
    portal_id bigint not null,
    object_type text not null,
    property text not null,
    reason text not null,
    occurrences bigint not null default 0,
    last_hubspot_id text,
    last_seen_at timestamptz not null default now(),
    primary key (portal_id, object_type, property, reason)
);

-- Comparisons with HubSpot: how many records, how many differed
create table verify_runs (
    portal_id bigint not null,
    run_id uuid not null,
    object_type text not null,
    sampled boolean not null,
    started_at timestamptz not null,
    finished_at timestamptz not null default now(),
    compared bigint not null,
    unequal bigint not null,
    differences jsonb not null,
    healed boolean not null,
    primary key (portal_id, run_id, object_type)
);
create index verify_runs_portal_id_object_type_finished_at_idx on verify_runs (portal_id,
    object_type, finished_at);

-- Spoke's own: where webhooks of ours go. Secrets are encrypted under ENCRYPTION_KEY
create table webhook_endpoints (
    portal_id bigint not null,
    endpoint_id text not null,
    url text not null,
    events text[] not null default '{}'::text[],
    object_types text[] not null default '{}'::text[],
    properties text[] not null default '{}'::text[],
    secrets bytea[] not null,
    created_at timestamptz not null default now(),
    primary key (portal_id, endpoint_id)
);

-- What HubSpot told us, each event once, until 90 days after the end of its month
create table webhook_events (
    portal_id bigint not null,
    event_key uuid not null,
    subscription_type text not null,
    object_type text not null,
    hubspot_id text,
    occurred_at timestamptz,
    received_at timestamptz not null,
    ignored text,
    event jsonb not null
) partition by range (occurred_at);
create index webhook_events_newest on only webhook_events (portal_id, object_type, received_at);
create index webhook_events_rare on only webhook_events (portal_id, object_type, subscription_type,
    received_at, event_key) where subscription_type !~~ '%.propertyChange';
create index webhook_events_received on only webhook_events using brin (received_at);
create index webhook_events_record on only webhook_events (portal_id, object_type, hubspot_id,
    occurred_at);
create unique index webhook_events_key on only webhook_events (portal_id, event_key, occurred_at)
    nulls not distinct;

-- Spoke's own: properties that became sensitive, whose values leave rows, histories and events
create table withdrawn_properties (
    portal_id bigint not null,
    object_type text not null,
    name text not null,
    after text not null default '',
    noted_at timestamptz not null default now(),
    swept_at timestamptz,
    primary key (portal_id, object_type, name)
);

-- Spoke's own: the last value that it wrote of each property
create table written_values (
    portal_id bigint not null,
    object_type text not null,
    hubspot_id text not null,
    property text not null,
    value text,
    asked_at timestamptz not null default now(),
    written_at timestamptz,
    error text,
    primary key (portal_id, object_type, hubspot_id, property)
);

create table business.team_membership (
    team_id text not null,
    user_id text not null,
    primary key (team_id, user_id)
);
create policy readers on business.team_membership for all using ( select may_use_business() as
    may_use_business);

create table business.teams (
    team_id text not null,
    team_name text,
    created_at timestamptz default now(),
    primary key (team_id)
);
create policy readers on business.teams for all using ( select may_use_business() as
    may_use_business);

create table business.transactions (
    transaction_id text not null,
    user_id text,
    amount numeric,
    created_at timestamptz default now(),
    primary key (transaction_id)
);
create policy readers on business.transactions for all using ( select may_use_business() as
    may_use_business);

create table business.users (
    user_id text not null,
    email text,
    first_name text,
    last_name text,
    client_lifetime_spend numeric,
    created_at timestamptz default now(),
    user_name text,
    primary key (user_id)
);
create trigger keep_came after insert on business.users referencing new table as came for each
    statement execute function keep_users();
create trigger keep_none after truncate on business.users for each statement execute function
    forget_users();
create trigger keep_replaced after update on business.users referencing old table as went new table
    as came for each statement execute function keep_users();
create trigger keep_went after delete on business.users referencing old table as went for each
    statement execute function keep_users();
create policy readers on business.users for all using ( select may_use_business() as
    may_use_business);

create type sales_figures as (
    starts_on date,
    ends_on date,
    "totalSales" numeric,
    "avgDealSize" numeric,
    "totalDeals" bigint,
    "cancellationRate" numeric,
    "conversionRate" numeric,
    "qualifiedRate" numeric,
    "trialRate" numeric,
    "avgInstallments" numeric,
    "timeToSale" numeric,
    "avgCallTime" numeric,
    "totalCallTime" numeric,
    "upfrontCashCollected" numeric,
    "followupRate" numeric,
    "totalCalls" bigint,
    "fiveMinReachedRate" numeric,
    "pickupRate" numeric,
    "timeToFirstContact" numeric,
    "avgFollowups" numeric,
    "offersGivenRate" numeric,
    "offerCloseRate" numeric,
    "totalContactsCreated" bigint,
    "winRate" numeric
);

-- Answers the portals whose touches are to be counted, the longest waiting first: once an hour, and
-- after each backfill.
-- sql/functions/activity/activity_due.sql
create function activity_due() returns setof bigint language sql stable;

-- Which owner does a question mean?
-- sql/functions/sums/asked_owner.sql
create function asked_owner(portal bigint, owner text) returns text language plpgsql stable;

-- Which portal and which times does a question about a period mean? "from" and "to" are the first
-- and the last day in the portal's time zone; NULL leaves that end open.
-- sql/functions/sums/asked_period.sql
create function asked_period(portal bigint, "from" date, "to" date, owner text default null, out
    portal_id bigint, out since timestamptz, out until timestamptz) returns record language plpgsql
    stable;

-- Which portal does a question mean that names none?
-- sql/functions/sums/asked_portal.sql
create function asked_portal(portal bigint) returns bigint language plpgsql stable;

-- Answers the number of the other party of a call, as contact_phone_keys writes it: of several in a
-- field the first.
-- sql/functions/links/call_number.sql
create function call_number(direction text, to_e164 text, to_number text, from_e164 text,
    from_number text) returns text language plpgsql immutable;

-- How many calls does a won deal take?
-- sql/functions/sales/call_to_close.sql
create function call_to_close(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table(owner_id text,
    owner_name text, calls bigint, deals bigint, won bigint, revenue numeric, "wonRate" numeric,
    "callToCloseRate" numeric, is_team boolean) language plpgsql stable;

-- How many calls did each owner make in a period?
-- sql/functions/sums/calls_by_owner.sql
create function calls_by_owner("from" date, "to" date, portal bigint) returns table(owner_id text,
    calls bigint) language plpgsql stable;

-- How many calls were made in each of consecutive periods? sales_by_period reads it. `linked` are
-- calls with a contact, `contacts` the number of these contacts, `contacts_again` the contacts with
-- two calls or more in the period.
-- sql/functions/sums/calls_by_period.sql
create function calls_by_period(owner text, starts date[], "to" date, portal bigint) returns
    table(period integer, calls bigint, timed bigint, ms bigint, long bigint, connected bigint,
    linked bigint, contacts bigint, contacts_again bigint) language plpgsql stable;

-- Calls were inserted or deleted: find their contacts.
-- sql/functions/links/calls_came_or_went.sql
create function calls_came_or_went() returns trigger language plpgsql volatile;

-- Mark these calls, and find their contacts once more.
-- sql/functions/links/calls_changed.sql
create function calls_changed(portal bigint, ids text[]) returns void language plpgsql volatile;

-- Which calls may have another contact since these contacts came, went or merged, or these numbers
-- changed hands?
-- sql/functions/links/calls_touched.sql
create function calls_touched(portal bigint, contact_ids text[], phone_keys text[]) returns text[]
    language plpgsql stable;

-- Calls were updated: find again the contacts of the calls whose stored link would read otherwise.
-- sql/functions/links/calls_were_replaced.sql
create function calls_were_replaced() returns trigger language plpgsql volatile;

-- Companies were inserted or deleted: keep their keys.
-- sql/functions/links/companies_came_or_went.sql
create function companies_came_or_went() returns trigger language plpgsql volatile;

-- Companies were updated: keep the keys of the companies that came, went, or have another name or
-- domain.
-- sql/functions/links/companies_were_replaced.sql
create function companies_were_replaced() returns trigger language plpgsql volatile;

-- Answers a company's or team's name as links compare it: its words (name_words, short_word)
-- without legal forms, `and`, `of`, `the` and the word team.
-- sql/functions/links/company_key.sql
create function company_key(name text) returns text language plpgsql stable;

-- Which outcomes of a call mean that it was answered?
-- sql/functions/sums/connected_dispositions.sql
create function connected_dispositions(portal bigint) returns text[] language sql stable;

-- Answers every number of a contact as links compare it, extensions behind an x.
-- sql/functions/links/contact_phone_keys.sql
create function contact_phone_keys(phone_e164 text, phone text, mobile_e164 text, mobilephone text,
    further text) returns text[] language plpgsql immutable;

-- db/migrations
create function contact_user_id(raw_json jsonb) returns text language sql immutable;

-- How many contacts were created in each of consecutive periods? sales_by_period reads it. `called`
-- are contacts that were called since, `seconds_to_call` the time from creation to the first call,
-- of all of them together.
-- sql/functions/sums/contacts_by_period.sql
create function contacts_by_period(owner text, starts date[], "to" date, portal bigint) returns
    table(period integer, contacts bigint, customers bigint, called bigint, seconds_to_call numeric)
    language plpgsql stable;

-- Contacts came or went: keep their numbers and find their calls, once for each statement.
-- sql/functions/links/contacts_came_or_went.sql
create function contacts_came_or_went() returns trigger language plpgsql volatile;

-- Contacts were replaced: keep the numbers and find the calls of contacts that have other numbers
-- or another age, or that came, went or merged.
-- sql/functions/links/contacts_were_replaced.sql
create function contacts_were_replaced() returns trigger language plpgsql volatile;

-- Count the rows of sales_call_days for these days (NULL: all days) from the calls themselves.
-- sql/functions/sums/count_call_days.sql
create function count_call_days(portal bigint, days date[]) returns setof sales_call_days language
    plpgsql stable;

-- Count the rows of sales_contact_days for these days (NULL: all days) from the contacts
-- themselves, as count_call_days does for calls.
-- sql/functions/sums/count_contact_days.sql
create function count_contact_days(portal bigint, days date[]) returns setof sales_contact_days
    language plpgsql stable;

-- Records came, went, were archived or shown again: by how much are there more or fewer?
-- sql/functions/sync/count_records.sql
create function count_records() returns trigger language plpgsql volatile;

-- Which lifecycle stages are customers?
-- sql/functions/sums/customer_stages.sql
create function customer_stages(portal bigint) returns text[] language sql stable;

-- When does a day begin in a portal's time zone?
-- sql/functions/sums/day_start.sql
create function day_start(portal bigint, day date) returns timestamptz language plpgsql stable;

-- When does each of these days begin in a portal's time zone?
-- sql/functions/sums/day_starts.sql
create function day_starts(portal bigint, days date[]) returns timestamptz[] language sql stable;

-- On which days of a portal were calls made (of_calls), and on which were contacts created?
-- sql/functions/sums/days_with_sales.sql
create function days_with_sales(portal bigint) returns table(of_calls boolean, day date) language
    plpgsql stable;

-- Answers a number of a deal, by the property's name: from the typed column where there is one,
-- else from raw_json.
-- sql/functions/formulas/deal_number.sql
create function deal_number(property text, amount numeric, deal_whole_amount numeric,
    upfront_payment numeric, raw_json jsonb) returns numeric language sql immutable;

-- How many deals reached each stage in a period?
-- sql/functions/history/deal_stage_entries.sql
create function deal_stage_entries("from" date default null, "to" date default null, portal bigint
    default null) returns table(pipeline_id text, stage_id text, stage_label text, display_order
    integer, deals bigint, entries bigint) language sql stable;

-- How did the pipeline look at a moment?
-- sql/functions/history/deals_as_of.sql
create function deals_as_of(at timestamptz, portal bigint default null) returns table(portal_id
    bigint, deal_id text, dealname text, stage_id text, pipeline_id text, amount numeric, closedate
    timestamptz, owner_id text, is_known boolean) language sql stable;

-- How many deals lie in which stage?
-- sql/functions/sales/deals_by_stage.sql
create function deals_by_stage(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table(pipeline_id text,
    pipeline_label text, stage_id text, stage_label text, is_won boolean, is_lost boolean, deals
    bigint, amount numeric, share numeric) language plpgsql stable;

-- Which of these properties does the portal define?
-- sql/functions/sums/defined_properties.sql
create function defined_properties(portal bigint, object_type text, names text[]) returns text[]
    language sql stable;

-- Answers the domain that a company registered, which tells the company of an address.
-- sql/functions/links/domain_key.sql
create function domain_key(address text) returns text language plpgsql stable;

-- Compare every company and team again when shared domains or our own domains changed.
-- sql/functions/links/domains_changed.sql
create function domains_changed() returns trigger language plpgsql volatile;

-- db/migrations
create function email_key(email text) returns text language sql immutable;

-- Which size is a company of so many people?
-- sql/functions/entities/employee_tier.sql
create function employee_tier(employees numeric) returns text language sql immutable;

-- How much did a contact do on the company's pages?
-- sql/functions/entities/engagement_index.sql
create function engagement_index(page_views integer, forms integer) returns bigint language sql
    immutable;

-- How soon do we answer?
-- sql/functions/sales/first_response.sql
create function first_response(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table(contacts bigint,
    contacted bigint, "firstResponse" numeric, "neverContacted" numeric) language plpgsql stable;

-- What do people say will come?
-- sql/functions/sales/forecast_categories.sql
create function forecast_categories(owner text default null, "from" date default null, "to" date
    default null, portal bigint default null, pipeline text default null) returns table(category
    text, deals bigint, amount numeric, weighted numeric) language plpgsql stable;

-- The time zone or the settings of a portal changed: add all its days up again.
-- sql/functions/sums/forget_days.sql
create function forget_days() returns trigger language plpgsql volatile;

-- business.users was emptied by truncate, which no statement's rows show: forget all user_keys.
-- sql/functions/links/forget_users.sql
create function forget_users() returns trigger language plpgsql volatile security definer;

-- Gives a portal's sums of an entity up: queries count the records until settle_rollup has built
-- them again.
-- sql/functions/rollups/give_up_rollups.sql
create function give_up_rollups(portal bigint, asked text) returns void language sql volatile;

-- Answers the host of a web or e-mail address: lower case, without scheme, user, www, port and
-- path.
-- sql/functions/links/host_key.sql
create function host_key(address text) returns text language sql immutable;

-- Can these digits be a person's number?
-- sql/functions/links/is_dialled.sql
create function is_dialled(digits text) returns boolean language plpgsql immutable;

-- Does every word of a name, as company_key writes it, say next to nothing about whose it is?
-- sql/functions/links/is_generic_name.sql
create function is_generic_name(key text) returns boolean language sql immutable;

-- Does this word of a name say next to nothing about whose it is?
-- sql/functions/links/is_generic_word.sql
create function is_generic_word(word text) returns boolean language sql immutable;

-- Are these two branches, shops or clubs of one brand, whose domain they share?
-- sql/functions/links/is_other_branch.sql
create function is_other_branch(ours text, theirs text, domain text) returns boolean language
    plpgsql immutable;

-- Keep the numbers of a deal in deal_numbers as its own columns say them.
-- sql/functions/links/keep_deal_numbers.sql
create function keep_deal_numbers() returns trigger language plpgsql volatile;

-- Add a line to a run's log when its state, its worker or its error changed, or when it came a
-- tenth further.
-- sql/functions/sync/keep_diary.sql
create function keep_diary() returns trigger language plpgsql volatile;

-- Keep user_keys as business.users changes, in the transaction of the change.
-- sql/functions/links/keep_users.sql
create function keep_users() returns trigger language plpgsql volatile security definer;

-- Keep a portal's words as answers are compared: in lower case, without space around.
-- sql/functions/sums/keep_words.sql
create function keep_words() returns trigger language plpgsql volatile;

-- Keep the keys of these companies in company_keys, and mark the keys that came and went, so that
-- the teams they concern are compared again.
-- sql/functions/links/key_companies.sql
create function key_companies(portal bigint, ids text[]) returns void language plpgsql volatile;

-- Under which numbers are these contacts found now?
-- sql/functions/links/key_contacts.sql
create function key_contacts(portal bigint, ids text[]) returns text[] language plpgsql volatile;

-- Which grade is a lead score from 0 to 100?
-- sql/functions/entities/lead_grade.sql
create function lead_grade(score numeric) returns text language sql immutable;

-- What are our customers worth over time?
-- sql/functions/sales/lifetime_value.sql
create function lifetime_value(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table(owner_id text,
    owner_name text, customers bigint, average numeric, total numeric) language plpgsql stable;

-- Find the contacts of these calls again and keep them in call_links.
-- sql/functions/links/link_calls.sql
create function link_calls(portal bigint, ids text[]) returns text[] language plpgsql volatile;

-- Store the best candidates of these teams, best first, by score under any rule. place 1 is the
-- company behind the team; where nothing tells two companies apart both have it, and team_spending
-- takes the one with more deals.
-- sql/functions/links/link_teams.sql
create function link_teams(ids text[]) returns void language plpgsql volatile;

-- Makes the three triggers of a table that keep its sums, where they are not there: a trigger waits
-- for every transaction that wrote to its table.
-- sql/functions/rollups/make_rollup_triggers.sql
create function make_rollup_triggers(relation text, called text) returns void language plpgsql
    volatile;

-- Writes the triggers that keep rollup_rows: by how much does each group of an entity add up to
-- more or less, after a statement?
-- sql/functions/rollups/make_rollups.sql
create function make_rollups() returns void language plpgsql volatile;

-- A call was linked by hand, or no longer is: find its contact.
-- sql/functions/links/manual_calls_changed.sql
create function manual_calls_changed() returns trigger language plpgsql volatile;

-- A stored link came, went or changed: the days of its call must be counted again.
-- sql/functions/sums/mark_calls.sql
create function mark_calls() returns trigger language plpgsql volatile;

-- Contacts were updated: the days of their creation must be counted again.
-- sql/functions/sums/mark_changed_contacts.sql
create function mark_changed_contacts() returns trigger language plpgsql volatile;

-- Texts came, went or changed that may name a competitor: the job looks through their records.
-- sql/functions/intelligence/mark_competitors.sql
create function mark_competitors() returns trigger language plpgsql volatile;

-- Contacts came or went: the days of their creation must be counted again.
-- sql/functions/sums/mark_contacts.sql
create function mark_contacts() returns trigger language plpgsql volatile;

-- E-mails or meetings came, went or changed: the days on which their contacts were created must be
-- counted again, for the first response.
-- sql/functions/sums/mark_responses.sql
create function mark_responses() returns trigger language plpgsql volatile;

-- Which days of a portal do these marks concern, of calls (of_calls) and of contacts?
-- sql/functions/sums/marked_days.sql
create function marked_days(portal bigint, marks sales_marks[]) returns table(of_calls boolean, day
    date) language plpgsql stable;

-- May this role use the company's own tables, once it was granted them?
-- sql/functions/readers/may_use_business.sql
create function may_use_business() returns boolean language plpgsql stable;

-- What sums stand on changed: what a stage or a portal's deals mean.
-- sql/functions/rollups/meaning_changed.sql
create function meaning_changed() returns trigger language plpgsql volatile;

-- Answers a name's key without generic words and blanks; the whole key where all its words are
-- generic.
-- sql/functions/links/name_core.sql
create function name_core(key text) returns text language sql immutable;

-- How much of the longer name do these words of it cover?
-- sql/functions/links/name_coverage.sql
create function name_coverage(words text[], longer text[]) returns real language sql immutable;

-- Do two names mean one company, how surely, by which rule?
-- sql/functions/links/name_fit.sql
create function name_fit(ours text, theirs text, out rule text, out score real) returns record
    language plpgsql stable;

-- Answers a company's or team's name as a key: lower case, unaccented, words only, without legal
-- forms and the word team.
-- sql/functions/links/name_key.sql
create function name_key(name text) returns text language sql immutable;

-- Answers the numbers in a name's key, sorted.
-- sql/functions/links/name_numbers.sql
create function name_numbers(key text) returns text[] language sql immutable;

-- Answers the words of a name as links compare them: lower case, without accents and punctuation,
-- initials in one word (S.p.A. and spa).
-- sql/functions/links/name_words.sql
create function name_words(name text) returns text language plpgsql stable;

-- Which number does a property hold that a portal named in metric_settings?
-- sql/functions/formulas/number_of.sql
create function number_of(value text) returns numeric language sql immutable;

-- In which stages do a portal's open deals lie?
-- sql/functions/sums/open_stages.sql
create function open_stages(portal bigint) returns text[] language sql stable;

-- Are these the domains of two owners?
-- sql/functions/links/other_host.sql
create function other_host(one text, other text) returns boolean language sql immutable;

-- Answers a share in percent with two decimals; NULL where the whole is nothing.
-- sql/functions/formulas/percentage.sql
create function percentage(part bigint, whole bigint) returns numeric language sql immutable;

-- db/migrations
create function phone_key(phone text) returns text language sql immutable;

-- Answers every phone number in a field, as links compare it where no country is known.
-- sql/functions/links/phone_keys.sql
create function phone_keys(field text) returns text[] language plpgsql immutable;

-- Answers the phone numbers of a field that holds words, extensions or several numbers, as
-- phone_keys says.
-- sql/functions/links/phone_keys_among.sql
create function phone_keys_among(field text) returns text[] language plpgsql immutable;

-- In which time zone does a portal live?
-- sql/functions/sums/portal_zone.sql
create function portal_zone(portal bigint) returns text language plpgsql stable;

-- Which portals may this role read?
-- sql/functions/readers/portals_for.sql
create function portals_for(reader name) returns bigint[] language plpgsql stable;

-- Does the text of a property say yes or no?
-- sql/functions/properties/property_boolean.sql
create function property_boolean(value text) returns boolean language plpgsql immutable;

-- What day is in the text of a property?
-- sql/functions/properties/property_date.sql
create function property_date(value text) returns date language sql immutable;

-- What time is in the text of a property?
-- sql/functions/properties/property_datetime.sql
create function property_datetime(value text) returns timestamptz language plpgsql immutable;

-- What number is in the text of a property?
-- sql/functions/properties/property_number.sql
create function property_number(value text) returns numeric language plpgsql immutable;

-- Answers the chosen options of a multi-select, "a;b"; NULL where none is chosen.
-- sql/functions/properties/property_options.sql
create function property_options(value text) returns text[] language sql immutable;

-- Which number is HubSpot's id of a record?
-- sql/functions/properties/record_id.sql
create function record_id(value text) returns bigint language sql immutable;

-- Which records of a type hold this part in their raw_json?
-- sql/functions/readers/records_containing.sql
create function records_containing(object_type text, part jsonb) returns table(portal_id bigint,
    hubspot_id text) language plpgsql stable;

-- Which records come next by a property that has an index of its own (asked_sorts)?
-- sql/functions/readers/records_in_order.sql
create function records_in_order(portal bigint, object_type text, property text, descending boolean,
    after_value text, after_id text, most integer) returns table(hubspot_id text, place text, step
    bigint) language plpgsql stable security definer;

-- Which records of a type are linked to this record of another type?
-- sql/functions/readers/records_linked_to.sql
create function records_linked_to(object_type text, linked_type text, linked_id text) returns
    table(portal_id bigint, hubspot_id text) language sql stable;

-- Which contacts, companies or deals have all of these words, or parts of words, in their name?
-- sql/functions/readers/records_named.sql
create function records_named(object_type text, words text[]) returns table(portal_id bigint,
    hubspot_id text) language plpgsql stable;

-- Count every record again, each night: sums of what came and went become one row for each type,
-- right again also where rows were written with triggers off.
-- sql/functions/sync/recount_records.sql
create function recount_records() returns void language plpgsql volatile;

-- Count a portal's touches again: of each deal, and the first outgoing one of each contact.
-- sql/functions/activity/refresh_activity.sql
create function refresh_activity(portal bigint) returns bigint language plpgsql volatile;

-- Find uncertain links again and write the differences into link_doubts, which uncertain_links
-- shows.
-- sql/functions/links/refresh_link_doubts.sql
create function refresh_link_doubts(of_kind text default null, portal bigint default null, above
    text default '', upto text default null) returns bigint language plpgsql volatile;

-- Learn again which owner each of our own numbers belongs to, from the last year's calls that name
-- their owner: nine in ten calls with the number, and five at least.
-- sql/functions/links/refresh_number_owners.sql
create function refresh_number_owners(portal bigint default null, above text default '', upto text
    default null) returns bigint language plpgsql volatile;

-- Which teams changed?
-- sql/functions/links/refresh_team_keys.sql
create function refresh_team_keys(at_most integer default null::integer) returns bigint language
    plpgsql volatile;

-- Bring user_keys up to date with business.users.
-- sql/functions/links/refresh_user_keys.sql
create function refresh_user_keys(at_most integer default null::integer) returns bigint language
    plpgsql volatile;

-- Find again what the users spent who are contacts, by the day of the contact's creation, for
-- lifetime_value.
-- sql/functions/sums/refresh_user_spend.sql
create function refresh_user_spend(portal bigint default null, above text default '', upto text
    default null) returns bigint language plpgsql volatile;

-- Refuse to change or delete a row of audit_entries: an audit that can be edited proves nothing.
-- sql/functions/access/refuse_change.sql
create function refuse_change() returns trigger language plpgsql volatile;

-- Keep the numbers of these contacts, and find again the contacts of the calls that they concern.
-- `ids` had their numbers or age changed; `moved` came, went or merged, so that calls that name
-- them may be another's.
-- sql/functions/links/renumber_contacts.sql
create function renumber_contacts(portal bigint, ids text[], moved text[]) returns void language
    plpgsql volatile;

-- How much does each owner do for deals that are won, and for deals that are lost?
-- sql/functions/activity/rep_activity.sql
create function rep_activity(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table(owner_id text,
    owner_name text, deals bigint, won bigint, lost bigint, "winRate" numeric, low numeric, high
    numeric, touches bigint, per_won numeric, per_lost numeric, open bigint, stalled bigint)
    language plpgsql stable;

-- Do contacts that were answered sooner become customers more often?
-- sql/functions/activity/response_bands.sql
create function response_bands(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table(band text, place
    integer, contacts bigint, customers bigint, rate numeric, low numeric, high numeric) language
    plpgsql stable;

-- Do customers stay?
-- sql/functions/sales/retention.sql
create function retention(owner text default null, "from" date default null, "to" date default null,
    portal bigint default null, pipeline text default null) returns table(payment_status text, deals
    bigint, amount numeric, share numeric) language plpgsql stable;

-- Which class of worth is an amount in?
-- sql/functions/entities/revenue_bucket.sql
create function revenue_bucket(amount numeric) returns text language sql immutable;

-- db/migrations
create function roll_up_companies() returns trigger language plpgsql volatile;

-- db/migrations
create function roll_up_contacts() returns trigger language plpgsql volatile;

-- db/migrations
create function roll_up_deals() returns trigger language plpgsql volatile;

-- db/migrations
create function roll_up_email_events() returns trigger language plpgsql volatile;

-- db/migrations
create function roll_up_marketing_events() returns trigger language plpgsql volatile;

-- db/migrations
create function roll_up_tickets() returns trigger language plpgsql volatile;

-- db/migrations
create function roll_up_web_sessions() returns trigger language plpgsql volatile;

-- What do the groups of an entity add up to, by one dimension?
-- sql/functions/rollups/rolled_up.sql
create function rolled_up(portal bigint, asked text, chosen text) returns table(key text, n bigint,
    s1 numeric, s2 numeric, s3 numeric, s4 numeric, s5 numeric, s6 numeric, s7 numeric, s8 numeric,
    s9 numeric, s10 numeric, s11 numeric, s12 numeric) language plpgsql stable;

-- Which entities are added up, by which columns, and what of them?
-- sql/functions/rollups/rollup_entries.sql
create function rollup_entries() returns table(entity text, relation text, steps text[], dimensions
    text[], sums text[]) language sql immutable;

-- Answers the query that adds an entity up, as rows of portal_id, month, dimension, key, n, s1 …
-- s12. `month` is the record's own, so that sums of a period are sums of months.
-- sql/functions/rollups/rollup_query.sql
create function rollup_query(asked text, changed text default null, chosen text default null, portal
    bigint default null, since text default null, until text default null) returns text language
    plpgsql stable;

-- Between which days do a portal's data lie?
-- sql/functions/sums/sales_bounds.sql
create function sales_bounds(portal bigint, out begins date, out ends date) returns record language
    plpgsql stable;

-- How did sales go in consecutive periods?
-- sql/functions/sums/sales_by_period.sql
create function sales_by_period(owner text, starts date[], "to" date, portal bigint, pipeline text)
    returns setof sales_figures language plpgsql stable;

-- Where do we lose people?
-- sql/functions/sales/sales_funnel.sql
create function sales_funnel(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table(step integer, name
    text, reached bigint, amount numeric, rate numeric) language plpgsql stable;

-- Who sells most?
-- sql/functions/sales/sales_leaderboard.sql
create function sales_leaderboard(owner text default null, "from" date default null, "to" date
    default null, portal bigint default null, pipeline text default null) returns table(kind text,
    id text, name text, deals bigint, won bigint, lost bigint, revenue numeric, "winRate" numeric,
    calls bigint) language plpgsql stable;

-- How did sales go?
-- sql/functions/sales/sales_metrics.sql
create function sales_metrics(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns setof sales_figures
    language sql stable;

-- Which sales will come, and how fast?
-- sql/functions/sales/sales_outlook.sql
create function sales_outlook(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table("openDeals" bigint,
    "openPipeline" numeric, "weightedPipeline" numeric, "salesVelocity" numeric) language plpgsql
    stable;

-- Which sales script converts better?
-- sql/functions/sales/sales_script_stats.sql
create function sales_script_stats(owner text default null, "from" date default null, "to" date
    default null, portal bigint default null, pipeline text default null) returns
    table(sales_script_version text, contacts bigint, customers bigint, rate numeric) language
    plpgsql stable;

-- How did sales go over time?
-- sql/functions/sales/sales_timeline.sql
create function sales_timeline(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns setof sales_figures
    language plpgsql stable;

-- Is an answer one of the words that mean yes, in any case?
-- sql/functions/formulas/says_yes.sql
create function says_yes(answer text, yes_words text[]) returns boolean language sql immutable;

-- Run search_records for a reader, with our rights, so that an index answers: behind row security
-- PostgreSQL uses none for `@>`, which might tell what it compares.
-- sql/functions/readers/search_as_reader.sql
create function search_as_reader(object_type text, part jsonb) returns table(portal_id bigint,
    hubspot_id text) language plpgsql stable security definer;

-- Which records have all of these words in their name?
-- sql/functions/readers/search_names.sql
create function search_names(portals bigint[], object_type text, words text[]) returns
    table(portal_id bigint, hubspot_id text) language plpgsql stable;

-- Run search_names for a reader, with our rights, so that an index answers: as search_as_reader
-- does for search_records, and with the same care.
-- sql/functions/readers/search_names_as_reader.sql
create function search_names_as_reader(object_type text, words text[]) returns table(portal_id
    bigint, hubspot_id text) language plpgsql stable security definer;

-- Which records of a type hold this part in their raw_json?
-- sql/functions/readers/search_records.sql
create function search_records(portals bigint[], object_type text, part jsonb) returns
    table(portal_id bigint, hubspot_id text) language plpgsql stable;

-- Answers a contact's other addresses, as keys: HubSpot keeps them in hs_additional_emails, with
-- semicolons between them.
-- sql/functions/links/secondary_emails.sql
create function secondary_emails(raw_json jsonb) returns text[] language sql immutable;

-- Add changed days up again: take a portal's marks away and count their days, or all days where
-- there are too many marks or no sums yet.
-- sql/functions/sums/settle_days.sql
create function settle_days(portal bigint, at_most integer default null::integer) returns bigint
    language plpgsql volatile;

-- Settle the oldest marks: find the links of the records they name once more, now that all is
-- committed.
-- sql/functions/links/settle_link_marks.sql
create function settle_link_marks(at_most integer) returns integer language plpgsql volatile;

-- Makes one row of the many of each group that changed, or builds an entity's sums whole where they
-- were given up.
-- sql/functions/rollups/settle_rollup.sql
create function settle_rollup(portal bigint, asked text) returns bigint language plpgsql volatile;

-- Compare again the teams that the oldest marks name or touch.
-- sql/functions/links/settle_team_marks.sql
create function settle_team_marks(at_most integer) returns integer language plpgsql volatile;

-- Answers a word of a name as links compare it: common words abbreviated, numbers in digits.
-- sql/functions/links/short_word.sql
create function short_word(word text, place bigint, words bigint) returns text language sql
    immutable;

-- Was a ticket resolved in time?
-- sql/functions/entities/sla_met.sql
create function sla_met(priority text, resolution_hours numeric) returns boolean language sql
    immutable;

-- How are records sorted by a property?
-- sql/functions/readers/sort_value.sql
create function sort_value(property text, kind text, column_name text) returns text language sql
    stable;

-- Do two names sound alike, word by word?
-- sql/functions/links/sounds_alike.sql
create function sounds_alike(one text, other text) returns boolean language plpgsql immutable;

-- How far do deals come?
-- sql/functions/sales/stage_funnel.sql
create function stage_funnel(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table(pipeline_id text,
    pipeline_label text, step integer, stage_id text, stage_label text, in_order bigint,
    in_order_rate numeric, any_stage bigint, any_rate numeric) language plpgsql stable;

-- How far did a deal come without leaving a step out?
-- sql/functions/formulas/steps_in_order.sql
create function steps_in_order(path integer[]) returns integer language plpgsql immutable;

-- Which companies could be behind these teams, by which rule, how sure?
-- sql/functions/links/team_candidates.sql
create function team_candidates(ids text[]) returns table(portal_id bigint, team_id text, company_id
    text, rule text, score numeric, alike real, name_key text, other_domain boolean, is_exact
    boolean, by_domain boolean, fit real) language plpgsql stable;

-- For which teams may a company of one of these names or domains be a candidate?
-- sql/functions/links/teams_touched.sql
create function teams_touched(name_keys text[], domain_keys text[]) returns text[] language plpgsql
    stable;

-- Tell the listeners of spoke_changes that there are new rows in the view changes: which portal and
-- type, never a value, because everybody may listen.
-- sql/functions/links/tell_changes.sql
create function tell_changes() returns trigger language plpgsql volatile;

-- Do deals with more touches win more often?
-- sql/functions/activity/touch_bands.sql
create function touch_bands(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table(band text, fewest
    integer, deals bigint, won bigint, lost bigint, "winRate" numeric, low numeric, high numeric)
    language plpgsql stable;

-- Answers the key of a name with its umlauts written out, as people type it without such keys:
-- mueller for Müller, whose company_key is muller.
-- sql/functions/links/umlaut_key.sql
create function umlaut_key(name text) returns text language plpgsql stable;

-- Which changes came to a portal since its days were added up?
-- sql/functions/sums/unsettled_marks.sql
create function unsettled_marks(portal bigint) returns sales_marks[] language plpgsql stable;

-- As of when does lifetime_value know what users spent?
-- sql/functions/sums/user_spend_as_of.sql
create function user_spend_as_of(portal bigint default null) returns timestamptz language sql
    stable;

-- Which hour of UTC is a time in, from 0 to 23? utc_month says why UTC.
-- sql/functions/entities/utc_hour.sql
create function utc_hour(moment timestamptz) returns integer language sql immutable;

-- Which month of UTC is a time in, as 2026-11?
-- sql/functions/entities/utc_month.sql
create function utc_month(moment timestamptz) returns text language sql immutable;

-- Which quarter of UTC is a time in, as 2026-Q4? utc_month says why UTC.
-- sql/functions/entities/utc_quarter.sql
create function utc_quarter(moment timestamptz) returns text language sql immutable;

-- Which day of the week of UTC is a time in? 1 is Monday, 7 is Sunday. utc_month says why UTC.
-- sql/functions/entities/utc_weekday.sql
create function utc_weekday(moment timestamptz) returns integer language sql immutable;

-- Do people who watched the sales letter buy more often?
-- sql/functions/sales/vsl_watch_stats.sql
create function vsl_watch_stats(owner text default null, "from" date default null, "to" date default
    null, portal bigint default null, pipeline text default null) returns table(vsl text, contacts
    bigint, customers bigint, rate numeric) language plpgsql stable;

-- Answers between which shares, in percent, the true one lies 19 times of 20 when `part` of `whole`
-- were counted: Wilson's interval, which also holds for few and at 0 and 100.
-- sql/functions/formulas/wilson.sql
create function wilson(part bigint, whole bigint, out low numeric, out high numeric) returns record
    language sql immutable;

-- Where do won deals come from?
-- sql/functions/sales/win_rates.sql
create function win_rates(by text, owner text default null, "from" date default null, "to" date
    default null, portal bigint default null, pipeline text default null) returns table(value text,
    label text, deals bigint, won bigint, lost bigint, "winRate" numeric, revenue numeric) language
    plpgsql stable;

-- Answers the letters of a word in alphabetical order: two words with the same letters differ by a
-- swap.
-- sql/functions/links/word_letters.sql
create function word_letters(word text) returns text language sql immutable;

-- Has every word of the shorter list a like one in the other: but for one letter or a swapped pair?
-- sql/functions/links/words_pair.sql
create function words_pair(ours text[], theirs text[], edits integer) returns boolean language sql
    immutable;

-- The appointments as they are now, with a column for every property.
create view appointments (
    portal_id bigint,
    hubspot_id text,
    name text,
    status text,
    starts_at timestamptz,
    ends_at timestamptz,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which records does HubSpot link, and with which labels?
-- sql/views/mirror/associations.sql
create view associations (
    portal_id bigint,
    object_type text,
    hubspot_id text,
    to_type text,
    to_id text,
    labels text[]
);

-- The calls as they are now, with a column for every property. call_duration is in milliseconds.
create view calls (
    portal_id bigint,
    hubspot_id text,
    call_duration integer,
    call_direction text,
    call_to_number text,
    call_from_number text,
    call_timestamp timestamptz,
    call_disposition text,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which calls were there, in words?
-- sql/views/links/calls_readable.sql
create view calls_readable (
    portal_id bigint,
    call_id text,
    call_timestamp timestamptz,
    call_direction text,
    minutes numeric,
    call_disposition text,
    outcome text,
    owner_id text,
    owner_name text,
    contact_id text,
    contact_name text,
    contact_email text,
    owner_method text
);

-- Whom was this call with?
-- sql/views/links/calls_to_contacts.sql
create view calls_to_contacts (
    portal_id bigint,
    call_id text,
    contact_id text,
    link_method text,
    call_timestamp timestamptz,
    call_duration integer,
    call_direction text,
    call_disposition text,
    hubspot_owner_id text
);

-- Whom was each call with, found from the records themselves? call_links stores the same, and a
-- test holds it against this view.
-- sql/views/links/calls_to_contacts_from_scratch.sql
create view calls_to_contacts_from_scratch (
    portal_id bigint,
    call_id text,
    contact_id text,
    link_method text,
    phone_key text,
    call_timestamp timestamptz,
    call_duration integer,
    call_direction text,
    call_disposition text,
    hubspot_owner_id text,
    extension text
);

-- Which deals was this call about?
-- sql/views/links/calls_to_deals.sql
create view calls_to_deals (
    portal_id bigint,
    call_id text,
    contact_id text,
    deal_id text,
    link_method text
);

-- Which marketing campaigns are there, when, and at what cost?
-- sql/views/polled/campaigns.sql
create view campaigns (
    portal_id bigint,
    campaign_id text,
    campaign_name text,
    status text,
    starts_on date,
    ends_on date,
    campaign_currency text,
    budget numeric,
    spent numeric,
    owner_id text,
    created_at timestamptz,
    updated_at timestamptz,
    synced_at timestamptz,
    gone_at timestamptz,
    raw_json jsonb
);

-- The carts as they are now, with a column for every property.
create view carts (
    portal_id bigint,
    hubspot_id text,
    name text,
    total_price numeric,
    currency text,
    source_store text,
    external_cart_id text,
    external_status text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- What changed, when, from what to what?
-- sql/views/history/changes.sql
create view changes (
    portal_id bigint,
    object_type text,
    hubspot_id text,
    property text,
    changed_at timestamptz,
    from_value text,
    to_value text,
    source text,
    source_id text
);

-- The commerce_payments as they are now, with a column for every property.
create view commerce_payments (
    portal_id bigint,
    hubspot_id text,
    amount numeric,
    net_amount numeric,
    fees_amount numeric,
    refunds_amount numeric,
    currency text,
    status text,
    payment_method text,
    customer_email text,
    initiated_at timestamptz,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- The communications as they are now, with a column for every property.
create view communications (
    portal_id bigint,
    hubspot_id text,
    channel text,
    logged_from text,
    body text,
    communication_timestamp timestamptz,
    hubspot_owner_id text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- The companies as they are now, with a column for every property.
create view companies (
    portal_id bigint,
    hubspot_id text,
    name text,
    domain text,
    industry text,
    createdate timestamptz,
    annualrevenue numeric,
    numberofemployees numeric,
    hubspot_owner_id text,
    contact_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz,
    region text,
    founded_year integer,
    website_traffic_monthly numeric
);

-- Which industries are companies of, and how large are they?
-- sql/views/aggregations/companies_by_industry.sql
create view companies_by_industry (
    portal_id bigint,
    industry text,
    company_count bigint,
    avg_employees numeric,
    avg_revenue numeric,
    avg_traffic numeric
);

-- Which regions are companies of, and how large are they?
-- sql/views/aggregations/companies_by_region.sql
create view companies_by_region (
    portal_id bigint,
    region text,
    company_count bigint,
    avg_employees numeric,
    avg_revenue numeric
);

-- Which deals belong to which company: one row for each deal and each of its companies, for revenue
-- by company. amount is what the deal is worth in the company's money, as the metrics count it: the
-- sale of sales_deals.
-- sql/views/links/company_deals.sql
create view company_deals (
    portal_id bigint,
    deal_id text,
    amount numeric,
    close_date timestamptz,
    company_id text,
    company_name text
);

-- How well does each company fit the best customers?
-- sql/views/intelligence/company_fit.sql
create view company_fit (
    portal_id bigint,
    company_id text,
    company_name text,
    size_band text,
    industry text,
    tier text,
    score numeric(4,1),
    reasons jsonb,
    as_of timestamptz
);

-- Which deals were lost to a competitor, as far as they say so?
-- sql/views/intelligence/competitor_losses.sql
create view competitor_losses (
    portal_id bigint,
    deal_id text,
    dealname text,
    competitor text,
    lost_at timestamptz,
    sale numeric,
    owner_id text,
    sources text[],
    noticed_at timestamptz
);

-- Which competitors take deals from us again and again?
-- sql/views/intelligence/competitor_patterns.sql
create view competitor_patterns (
    portal_id bigint,
    competitor text,
    losses_30_days bigint,
    sales_lost numeric,
    win_rate numeric
);

-- How do we do against each competitor?
-- sql/views/intelligence/competitor_results.sql
create view competitor_results (
    portal_id bigint,
    competitor text,
    aliases text[],
    deals bigint,
    won bigint,
    lost bigint,
    open bigint,
    win_rate numeric,
    sales_won numeric,
    sales_lost numeric,
    sales_open numeric,
    losses_30_days bigint,
    last_mentioned_at timestamptz
);

-- What do contacts do on our website and in our product?
-- sql/views/activity/contact_usage.sql
create view contact_usage (
    portal_id bigint,
    contact_id text,
    source text,
    events bigint,
    events_30_days bigint,
    kinds bigint,
    active_days bigint,
    quantity numeric,
    first_event_at timestamptz,
    last_event_at timestamptz
);

-- The contacts as they are now, with a column for every property.
create view contacts (
    portal_id bigint,
    hubspot_id text,
    email text,
    phone text,
    mobilephone text,
    firstname text,
    lastname text,
    createdate timestamptz,
    lifecyclestage text,
    vsl_watched boolean,
    vsl_watch_duration integer,
    sales_script_version text,
    hubspot_owner_id text,
    company_ids text[],
    deal_ids text[],
    call_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz,
    jobtitle text,
    lead_source text,
    lead_score numeric,
    region text,
    first_touch_at timestamptz,
    num_page_views integer,
    num_form_submissions integer
);

-- How many contacts are in each stage of their lifecycle, and how good are they?
-- sql/views/aggregations/contacts_by_lifecycle.sql
create view contacts_by_lifecycle (
    portal_id bigint,
    lifecycle text,
    count bigint,
    avg_lead_score numeric,
    avg_engagement numeric
);

-- Where do contacts come from, and how good are they?
-- sql/views/aggregations/contacts_by_source.sql
create view contacts_by_source (
    portal_id bigint,
    source text,
    count bigint,
    avg_lead_score numeric,
    avg_engagement numeric
);

-- Which user of the product is this contact, and what did the user spend in a lifetime?
-- sql/views/links/contacts_to_users.sql
create view contacts_to_users (
    portal_id bigint,
    contact_id text,
    first_name text,
    last_name text,
    user_id text,
    email text,
    "clientLifeTimeSpend" numeric,
    link_method text
);

-- The courses as they are now, with a column for every property.
create view courses (
    portal_id bigint,
    hubspot_id text,
    name text,
    course_id text,
    enrollment_capacity integer,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which appointments does a portal have now?
-- sql/views/mirror/current_appointments.sql
create view current_appointments (
    portal_id bigint,
    hubspot_id text,
    name text,
    status text,
    starts_at timestamptz,
    ends_at timestamptz,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which calls does a portal have now?
-- sql/views/mirror/current_calls.sql
create view current_calls (
    portal_id bigint,
    hubspot_id text,
    call_duration integer,
    call_direction text,
    call_to_number text,
    call_from_number text,
    call_timestamp timestamptz,
    call_disposition text,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which carts does a portal have now?
-- sql/views/mirror/current_carts.sql
create view current_carts (
    portal_id bigint,
    hubspot_id text,
    name text,
    total_price numeric,
    currency text,
    source_store text,
    external_cart_id text,
    external_status text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which commerce payments does a portal have now?
-- sql/views/mirror/current_commerce_payments.sql
create view current_commerce_payments (
    portal_id bigint,
    hubspot_id text,
    amount numeric,
    net_amount numeric,
    fees_amount numeric,
    refunds_amount numeric,
    currency text,
    status text,
    payment_method text,
    customer_email text,
    initiated_at timestamptz,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which communications does a portal have now?
-- sql/views/mirror/current_communications.sql
create view current_communications (
    portal_id bigint,
    hubspot_id text,
    channel text,
    logged_from text,
    body text,
    communication_timestamp timestamptz,
    hubspot_owner_id text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which companies does a portal have now?
-- sql/views/mirror/current_companies.sql
create view current_companies (
    portal_id bigint,
    hubspot_id text,
    name text,
    domain text,
    industry text,
    createdate timestamptz,
    annualrevenue numeric,
    numberofemployees numeric,
    hubspot_owner_id text,
    contact_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz,
    region text,
    founded_year integer,
    website_traffic_monthly numeric
);

-- Which contacts does a portal have now?
-- sql/views/mirror/current_contacts.sql
create view current_contacts (
    portal_id bigint,
    hubspot_id text,
    email text,
    phone text,
    mobilephone text,
    firstname text,
    lastname text,
    createdate timestamptz,
    lifecyclestage text,
    vsl_watched boolean,
    vsl_watch_duration integer,
    sales_script_version text,
    hubspot_owner_id text,
    company_ids text[],
    deal_ids text[],
    call_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz,
    jobtitle text,
    lead_source text,
    lead_score numeric,
    region text,
    first_touch_at timestamptz,
    num_page_views integer,
    num_form_submissions integer
);

-- Which courses does a portal have now?
-- sql/views/mirror/current_courses.sql
create view current_courses (
    portal_id bigint,
    hubspot_id text,
    name text,
    course_id text,
    enrollment_capacity integer,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which deals does a portal have now?
-- sql/views/mirror/current_deals.sql
create view current_deals (
    portal_id bigint,
    hubspot_id text,
    dealname text,
    amount numeric,
    dealstage text,
    pipeline text,
    createdate timestamptz,
    closedate timestamptz,
    qualified_status text,
    trial_status text,
    payment_status text,
    number_of_installments__months integer,
    deal_whole_amount numeric,
    upfront_payment numeric,
    offer_given boolean,
    offer_accepted boolean,
    cancellation_reason text,
    hubspot_owner_id text,
    deal_currency_code text,
    amount_in_home_currency numeric,
    phone_number text,
    contact_ids text[],
    company_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz,
    region text,
    industry text,
    probability numeric,
    days_in_pipeline integer
);

-- Which discounts does a portal have now?
-- sql/views/mirror/current_discounts.sql
create view current_discounts (
    portal_id bigint,
    hubspot_id text,
    label text,
    value_type text,
    value numeric,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which emails does a portal have now?
-- sql/views/mirror/current_emails.sql
create view current_emails (
    portal_id bigint,
    hubspot_id text,
    subject text,
    direction text,
    status text,
    email_timestamp timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which feedback submissions does a portal have now?
-- sql/views/mirror/current_feedback_submissions.sql
create view current_feedback_submissions (
    portal_id bigint,
    hubspot_id text,
    survey_name text,
    survey_type text,
    channel text,
    value numeric,
    sentiment text,
    content text,
    submitted_at timestamptz,
    createdate timestamptz,
    contact_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which fees does a portal have now?
-- sql/views/mirror/current_fees.sql
create view current_fees (
    portal_id bigint,
    hubspot_id text,
    label text,
    value_type text,
    value numeric,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which goal targets does a portal have now?
-- sql/views/mirror/current_goal_targets.sql
create view current_goal_targets (
    portal_id bigint,
    hubspot_id text,
    name text,
    target_amount numeric,
    starts_at timestamptz,
    ends_at timestamptz,
    created_by_user_id text,
    goal_id text,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which invoices does a portal have now?
-- sql/views/mirror/current_invoices.sql
create view current_invoices (
    portal_id bigint,
    hubspot_id text,
    number text,
    title text,
    status text,
    amount_billed numeric,
    balance_due numeric,
    currency text,
    invoice_date timestamptz,
    due_date timestamptz,
    hubspot_owner_id text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which leads does a portal have now?
-- sql/views/mirror/current_leads.sql
create view current_leads (
    portal_id bigint,
    hubspot_id text,
    name text,
    lead_type text,
    label text,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which line items does a portal have now?
-- sql/views/mirror/current_line_items.sql
create view current_line_items (
    portal_id bigint,
    hubspot_id text,
    name text,
    product_id text,
    quantity numeric,
    price numeric,
    amount numeric,
    createdate timestamptz,
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which listings does a portal have now?
-- sql/views/mirror/current_listings.sql
create view current_listings (
    portal_id bigint,
    hubspot_id text,
    name text,
    price numeric,
    listing_type text,
    city text,
    state text,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which marketing events does a portal have now?
-- sql/views/mirror/current_marketing_events.sql
create view current_marketing_events (
    portal_id bigint,
    hubspot_id text,
    name text,
    event_type text,
    event_at timestamptz,
    channel text,
    campaign_id text,
    utm_source text,
    device_type text,
    session_duration_sec integer,
    page_depth integer,
    createdate timestamptz,
    contact_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which meetings does a portal have now?
-- sql/views/mirror/current_meetings.sql
create view current_meetings (
    portal_id bigint,
    hubspot_id text,
    title text,
    outcome text,
    start_time timestamptz,
    end_time timestamptz,
    meeting_timestamp timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which notes does a portal have now?
-- sql/views/mirror/current_notes.sql
create view current_notes (
    portal_id bigint,
    hubspot_id text,
    body text,
    note_timestamp timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which orders does a portal have now?
-- sql/views/mirror/current_orders.sql
create view current_orders (
    portal_id bigint,
    hubspot_id text,
    name text,
    total_price numeric,
    currency text,
    source_store text,
    external_order_id text,
    payment_status text,
    fulfillment_status text,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which products does a portal have now?
-- sql/views/mirror/current_products.sql
create view current_products (
    portal_id bigint,
    hubspot_id text,
    name text,
    sku text,
    price numeric,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which projects does a portal have now?
-- sql/views/mirror/current_projects.sql
create view current_projects (
    portal_id bigint,
    hubspot_id text,
    name text,
    status text,
    starts_at timestamptz,
    target_end_at timestamptz,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which quotes does a portal have now?
-- sql/views/mirror/current_quotes.sql
create view current_quotes (
    portal_id bigint,
    hubspot_id text,
    title text,
    status text,
    amount numeric,
    currency text,
    expires_at timestamptz,
    hubspot_owner_id text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which services does a portal have now?
-- sql/views/mirror/current_services.sql
create view current_services (
    portal_id bigint,
    hubspot_id text,
    name text,
    category text,
    total_cost numeric,
    amount_paid numeric,
    starts_at timestamptz,
    target_end_at timestamptz,
    closed_at timestamptz,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which subscriptions does a portal have now?
-- sql/views/mirror/current_subscriptions.sql
create view current_subscriptions (
    portal_id bigint,
    hubspot_id text,
    name text,
    status text,
    currency text,
    recurring_frequency text,
    started_at timestamptz,
    next_payment_due_at timestamptz,
    next_payment_amount numeric,
    hubspot_owner_id text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which tasks does a portal have now?
-- sql/views/mirror/current_tasks.sql
create view current_tasks (
    portal_id bigint,
    hubspot_id text,
    subject text,
    status text,
    priority text,
    due_at timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which taxes does a portal have now?
-- sql/views/mirror/current_taxes.sql
create view current_taxes (
    portal_id bigint,
    hubspot_id text,
    label text,
    value_type text,
    value numeric,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which tickets does a portal have now?
-- sql/views/mirror/current_tickets.sql
create view current_tickets (
    portal_id bigint,
    hubspot_id text,
    subject text,
    pipeline text,
    pipeline_stage text,
    priority text,
    category text,
    createdate timestamptz,
    closed_date timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz,
    time_to_close numeric,
    satisfaction_score numeric,
    num_interactions integer
);

-- Which users does a portal have now?
-- sql/views/mirror/current_users.sql
create view current_users (
    portal_id bigint,
    hubspot_id text,
    email text,
    firstname text,
    lastname text,
    job_title text,
    time_zone text,
    user_id text,
    is_deactivated boolean,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which records are of types that portals defined themselves?
-- sql/views/mirror/custom_objects.sql
create view custom_objects (
    portal_id bigint,
    object_type text,
    hubspot_id text,
    properties jsonb,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    ticket_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- What has each customer bought so far?
-- sql/views/intelligence/customer_lifetime_value.sql
create view customer_lifetime_value (
    portal_id bigint,
    company_id text,
    company_name text,
    won_deals bigint,
    worth numeric,
    average numeric,
    first_won_at timestamptz,
    last_won_at timestamptz,
    days_between numeric,
    yearly numeric
);

-- How much was done for each deal, and since when nothing?
-- sql/views/activity/deal_activity.sql
create view deal_activity (
    portal_id bigint,
    deal_id text,
    owner_id text,
    pipeline_id text,
    stage_id text,
    createdate timestamptz,
    closedate timestamptz,
    is_won boolean,
    is_lost boolean,
    sale numeric,
    calls integer,
    emails integer,
    meetings integer,
    touches integer,
    first_touch_at timestamptz,
    last_touch_at timestamptz,
    days_since_touch numeric,
    is_stalled boolean,
    counted_at timestamptz
);

-- Which deals name a competitor, and what became of them?
-- sql/views/intelligence/deal_competitors.sql
create view deal_competitors (
    portal_id bigint,
    deal_id text,
    competitor text,
    outcome text,
    closedate timestamptz,
    sale numeric,
    owner_id text,
    pipeline_id text,
    mentions bigint,
    sources text[],
    first_mentioned_at timestamptz,
    last_mentioned_at timestamptz
);

-- How much is each deal worth in the company's money?
-- sql/views/sales/deal_money.sql
create view deal_money (
    portal_id bigint,
    deal_id text,
    archived boolean,
    merged_into text,
    amount numeric,
    currency text,
    rate numeric,
    sale numeric,
    upfront numeric,
    sale_property text,
    yes_words text[],
    deal_whole_amount numeric,
    dealname text,
    dealstage text,
    pipeline text,
    createdate timestamptz,
    closedate timestamptz,
    qualified_status text,
    trial_status text,
    payment_status text,
    number_of_installments__months integer,
    offer_given boolean,
    offer_accepted boolean,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    archived_at timestamptz,
    raw_json jsonb,
    region text,
    industry text,
    probability numeric,
    days_in_pipeline integer
);

-- How long do deals stay in each stage, and how many go on from it?
-- sql/views/history/deal_stage_durations.sql
create view deal_stage_durations (
    portal_id bigint,
    pipeline_id text,
    stage_id text,
    stage_label text,
    display_order integer,
    stays bigint,
    open bigint,
    average interval,
    median interval,
    p90 interval,
    advanced bigint,
    advancement numeric
);

-- When was each deal in which stage?
-- sql/views/history/deal_stage_history.sql
create view deal_stage_history (
    portal_id bigint,
    deal_id text,
    pipeline_id text,
    stage_id text,
    entered_at timestamptz,
    left_at timestamptz,
    duration interval,
    is_current boolean
);

-- Which touches is a deal's own?
-- sql/views/activity/deal_touches.sql
create view deal_touches (
    portal_id bigint,
    deal_id text,
    kind text,
    touch_id text,
    touched_at timestamptz,
    owner_id text
);

-- The deals as they are now, with a column for every property.
create view deals (
    portal_id bigint,
    hubspot_id text,
    dealname text,
    amount numeric,
    dealstage text,
    pipeline text,
    createdate timestamptz,
    closedate timestamptz,
    qualified_status text,
    trial_status text,
    payment_status text,
    number_of_installments__months integer,
    deal_whole_amount numeric,
    upfront_payment numeric,
    offer_given boolean,
    offer_accepted boolean,
    cancellation_reason text,
    hubspot_owner_id text,
    deal_currency_code text,
    amount_in_home_currency numeric,
    phone_number text,
    contact_ids text[],
    company_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz,
    region text,
    industry text,
    probability numeric,
    days_in_pipeline integer
);

-- Which industries bring how much?
-- sql/views/aggregations/deals_by_industry.sql
create view deals_by_industry (
    portal_id bigint,
    industry text,
    won_revenue numeric,
    avg_deal_size numeric,
    deal_count bigint,
    win_rate numeric
);

-- Which pipelines bring how much?
-- sql/views/aggregations/deals_by_pipeline.sql
create view deals_by_pipeline (
    portal_id bigint,
    pipeline text,
    won_revenue numeric,
    deal_count bigint,
    win_rate numeric,
    avg_deal_size numeric
);

-- Which regions bring how much?
-- sql/views/aggregations/deals_by_region.sql
create view deals_by_region (
    portal_id bigint,
    region text,
    won_revenue numeric,
    avg_deal_size numeric,
    deal_count bigint,
    win_rate numeric,
    avg_velocity numeric
);

-- Which deals are missing in every sum?
-- sql/views/sales/deals_of_unknown_amount.sql
create view deals_of_unknown_amount (
    portal_id bigint,
    deal_id text,
    dealname text,
    told_amount text,
    currency text,
    reason text,
    owner_id text,
    stage_id text,
    closedate timestamptz
);

-- Which deals are there, in words?
-- sql/views/sales/deals_readable.sql
create view deals_readable (
    portal_id bigint,
    deal_id text,
    deal_name text,
    amount numeric,
    sale numeric,
    pipeline_id text,
    pipeline_label text,
    stage_id text,
    stage_label text,
    is_won boolean,
    is_lost boolean,
    is_open boolean,
    owner_id text,
    owner_name text,
    primary_company_id text,
    primary_company_name text,
    createdate timestamptz,
    closedate timestamptz,
    split_owner_ids text[]
);

-- Which people belong to this deal?
-- sql/views/links/deals_with_contacts.sql
create view deals_with_contacts (
    portal_id bigint,
    deal_id text,
    primary_contact_id text,
    contact_ids text[],
    dealname text
);

-- The discounts as they are now, with a column for every property.
create view discounts (
    portal_id bigint,
    hubspot_id text,
    label text,
    value_type text,
    value numeric,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Are the leads that come still like those that the model learnt from?
-- sql/views/intelligence/drift.sql
create view drift (
    portal_id bigint,
    model_id bigint,
    checked_at timestamptz,
    feature text,
    psi numeric,
    chance numeric,
    rows integer,
    level text
);

-- At which hour of sending are e-mails opened?
-- sql/views/aggregations/email_by_hour.sql
create view email_by_hour (
    portal_id bigint,
    hour integer,
    delivered bigint,
    open_rate numeric,
    click_rate numeric
);

-- How do e-mails do, month by month?
-- sql/views/aggregations/email_by_month.sql
create view email_by_month (
    portal_id bigint,
    month text,
    delivered bigint,
    open_rate numeric,
    click_rate numeric,
    bounce_rate numeric
);

-- How do e-mails of each type of campaign do?
-- sql/views/aggregations/email_performance.sql
create view email_performance (
    portal_id bigint,
    campaign_type text,
    delivered bigint,
    open_rate numeric,
    click_rate numeric,
    bounce_rate numeric,
    unsub_rate numeric
);

-- The emails as they are now, with a column for every property.
create view emails (
    portal_id bigint,
    hubspot_id text,
    subject text,
    direction text,
    status text,
    email_timestamp timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- What does an enrichment provider know of a record?
-- sql/views/activity/enriched_records.sql
create view enriched_records (
    portal_id bigint,
    object_type text,
    hubspot_id text,
    provider text,
    looked_at timestamptz,
    found jsonb
);

-- Which companies are there, for aggregations?
-- sql/views/entities/entity_companies.sql
create view entity_companies (
    portal_id bigint,
    company_id text,
    company_name text,
    industry text,
    region text,
    employee_count numeric,
    annual_revenue numeric,
    founded_year integer,
    website_traffic_monthly numeric,
    created_at timestamptz,
    employee_tier text,
    revenue_per_employee numeric,
    company_age integer,
    month text
);

-- Which contacts are there, for aggregations?
-- sql/views/entities/entity_contacts.sql
create view entity_contacts (
    portal_id bigint,
    contact_id text,
    email text,
    company_id text,
    job_title text,
    lead_source text,
    lead_score numeric,
    lifecycle_stage text,
    region text,
    first_touch_date date,
    num_page_views integer,
    num_form_submissions integer,
    lead_grade text,
    engagement_index bigint,
    month text
);

-- Which deals are there, for aggregations?
-- sql/views/entities/entity_deals.sql
create view entity_deals (
    portal_id bigint,
    deal_id text,
    contact_id text,
    company_id text,
    deal_name text,
    amount numeric,
    stage text,
    pipeline text,
    probability numeric,
    days_in_pipeline integer,
    created_at timestamptz,
    industry text,
    region text,
    revenue_bucket text,
    weighted_amount numeric,
    velocity_score numeric,
    is_won boolean,
    is_lost boolean,
    quarter text,
    month text
);

-- What happened to marketing e-mails, for aggregations?
-- sql/views/entities/entity_email_events.sql
create view entity_email_events (
    portal_id bigint,
    email_event_id text,
    contact_id text,
    campaign_id text,
    campaign_type text,
    action text,
    subject_line_length integer,
    send_hour integer,
    send_day_of_week integer,
    "timestamp" timestamptz,
    is_opened boolean,
    is_clicked boolean,
    is_bounced boolean,
    is_unsub boolean,
    month text
);

-- Which marketing events were there, for aggregations?
-- sql/views/entities/entity_marketing_events.sql
create view entity_marketing_events (
    portal_id bigint,
    event_id text,
    contact_id text,
    event_type text,
    channel text,
    campaign_id text,
    utm_source text,
    device_type text,
    session_duration_sec integer,
    page_depth integer,
    "timestamp" timestamptz,
    hour integer,
    day_of_week integer,
    is_engaged boolean,
    month text
);

-- Which tickets are there, for aggregations?
-- sql/views/entities/entity_tickets.sql
create view entity_tickets (
    portal_id bigint,
    ticket_id text,
    contact_id text,
    company_id text,
    category text,
    priority text,
    status text,
    resolution_hours numeric,
    satisfaction_score numeric,
    num_interactions integer,
    created_at timestamptz,
    sla_met boolean,
    quarter text,
    month text
);

-- Which sessions were there on the company's pages, for aggregations?
-- sql/views/entities/entity_web_sessions.sql
create view entity_web_sessions (
    portal_id bigint,
    session_id text,
    page_url text,
    referrer_domain text,
    browser text,
    device_type text,
    country text,
    session_duration_sec integer,
    page_views integer,
    bounce boolean,
    conversion boolean,
    "timestamp" timestamptz,
    hour integer,
    day_of_week integer,
    month text,
    engaged_session boolean
);

-- The feedback_submissions as they are now, with a column for every property.
create view feedback_submissions (
    portal_id bigint,
    hubspot_id text,
    survey_name text,
    survey_type text,
    channel text,
    value numeric,
    sentiment text,
    content text,
    submitted_at timestamptz,
    createdate timestamptz,
    contact_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- The fees as they are now, with a column for every property.
create view fees (
    portal_id bigint,
    hubspot_id text,
    label text,
    value_type text,
    value numeric,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- How right were forecasts?
-- sql/views/intelligence/forecast_accuracy.sql
create view forecast_accuracy (
    portal_id bigint,
    owner_id text,
    owner_name text,
    forecasts bigint,
    within numeric,
    median_error numeric,
    weighted_error numeric,
    before_error numeric
);

-- What will be won?
-- sql/views/intelligence/forecast_now.sql
create view forecast_now (
    portal_id bigint,
    period_start date,
    period_end date,
    owner_id text,
    owner_name text,
    made_at timestamptz,
    won numeric,
    commit numeric,
    best_case numeric,
    pipeline numeric,
    p10 numeric,
    p50 numeric,
    p90 numeric,
    weighted numeric,
    before numeric,
    open_deals integer,
    quota numeric,
    coverage numeric,
    attainment numeric
);

-- What did each forecast say, and what came?
-- sql/views/intelligence/forecast_snapshots.sql
create view forecast_snapshots (
    portal_id bigint,
    period_start date,
    period_end date,
    owner_id text,
    owner_name text,
    made_on date,
    made_at timestamptz,
    won numeric,
    commit numeric,
    best_case numeric,
    pipeline numeric,
    p10 numeric,
    p50 numeric,
    p90 numeric,
    mean numeric,
    weighted numeric,
    before numeric,
    open_deals integer,
    came numeric,
    is_within boolean
);

-- Who submitted which form, when and where?
-- sql/views/polled/form_submissions.sql
create view form_submissions (
    portal_id bigint,
    submission_id text,
    form_id text,
    form_name text,
    submitted_at timestamptz,
    email text,
    page_url text,
    "values" jsonb,
    synced_at timestamptz,
    gone_at timestamptz
);

-- Which forms are there?
-- sql/views/polled/forms.sql
create view forms (
    portal_id bigint,
    form_id text,
    form_name text,
    form_type text,
    fields integer,
    created_at timestamptz,
    updated_at timestamptz,
    synced_at timestamptz,
    gone_at timestamptz,
    raw_json jsonb
);

-- Where do deals get lost or stuck?
-- sql/views/intelligence/funnel_bottlenecks.sql
create view funnel_bottlenecks (
    portal_id bigint,
    pipeline_id text,
    stage_id text,
    stage_label text,
    display_order integer,
    stays bigint,
    advancement numeric,
    median interval,
    p90 interval,
    open bigint,
    waiting numeric,
    overdue bigint,
    leak bigint,
    slowness bigint
);

-- The goal_targets as they are now, with a column for every property.
create view goal_targets (
    portal_id bigint,
    hubspot_id text,
    name text,
    target_amount numeric,
    starts_at timestamptz,
    ends_at timestamptz,
    created_by_user_id text,
    goal_id text,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which roles may users of the HubSpot account have?
-- sql/views/polled/hubspot_roles.sql
create view hubspot_roles (
    portal_id bigint,
    role_id text,
    role_name text,
    requires_billing_write boolean,
    synced_at timestamptz,
    gone_at timestamptz
);

-- Which teams has the HubSpot account, and who is in them?
-- sql/views/polled/hubspot_teams.sql
create view hubspot_teams (
    portal_id bigint,
    hubspot_team_id text,
    hubspot_team_name text,
    user_ids text[],
    secondary_user_ids text[],
    synced_at timestamptz,
    gone_at timestamptz
);

-- Who may use the HubSpot account, in which role and teams?
-- sql/views/polled/hubspot_users.sql
create view hubspot_users (
    portal_id bigint,
    hubspot_user_id text,
    email text,
    hubspot_user_name text,
    role_id text,
    primary_team_id text,
    secondary_team_ids text[],
    is_super_admin boolean,
    synced_at timestamptz,
    gone_at timestamptz
);

-- Which companies become customers?
-- sql/views/intelligence/ideal_customers.sql
create view ideal_customers (
    portal_id bigint,
    size_band text,
    industry text,
    leads integer,
    customers integer,
    conversion numeric,
    "least" numeric,
    most numeric,
    smoothed_rate numeric,
    lift numeric,
    tier text,
    as_of timestamptz
);

-- The invoices as they are now, with a column for every property.
create view invoices (
    portal_id bigint,
    hubspot_id text,
    number text,
    title text,
    status text,
    amount_billed numeric,
    balance_due numeric,
    currency text,
    invoice_date timestamptz,
    due_date timestamptz,
    hubspot_owner_id text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- How is everything going, in one row for each portal?
-- sql/views/aggregations/kpis.sql
create view kpis (
    portal_id bigint,
    won_revenue numeric,
    pipeline_value numeric,
    total_revenue numeric,
    total_deals bigint,
    win_rate numeric,
    avg_deal_size numeric,
    total_contacts bigint,
    total_companies bigint,
    total_sessions bigint,
    conversion_rate numeric,
    bounce_rate numeric,
    avg_csat numeric,
    sla_compliance numeric,
    email_open_rate numeric,
    email_click_rate numeric,
    total_tickets bigint,
    total_records bigint
);

-- Which open deals come first today?
-- sql/views/intelligence/lead_priorities.sql
create view lead_priorities (
    portal_id bigint,
    deal_id text,
    owner_id text,
    pipeline_id text,
    stage_id text,
    sale numeric,
    win_rate numeric,
    expected numeric,
    last_touch_at timestamptz,
    is_stalled boolean,
    place bigint
);

-- How likely is each contact to buy, and why?
-- sql/views/intelligence/lead_scoring.sql
create view lead_scoring (
    portal_id bigint,
    contact_id text,
    firstname text,
    lastname text,
    email text,
    owner_id text,
    company_ids text[],
    deal_id text,
    score numeric(4,1),
    probability real,
    reasons jsonb,
    as_of timestamptz,
    model_id bigint,
    model_kind text,
    model_made_at timestamptz,
    is_by_rules boolean
);

-- The leads as they are now, with a column for every property.
create view leads (
    portal_id bigint,
    hubspot_id text,
    name text,
    lead_type text,
    label text,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- The line_items as they are now, with a column for every property.
create view line_items (
    portal_id bigint,
    hubspot_id text,
    name text,
    product_id text,
    quantity numeric,
    price numeric,
    amount numeric,
    createdate timestamptz,
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Who is on which list?
-- sql/views/polled/list_memberships.sql
create view list_memberships (
    portal_id bigint,
    list_id text,
    list_name text,
    object_type text,
    record_id text,
    joined_at timestamptz,
    synced_at timestamptz
);

-- The listings as they are now, with a column for every property.
create view listings (
    portal_id bigint,
    hubspot_id text,
    name text,
    price numeric,
    listing_type text,
    city text,
    state text,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which lists (segments) are there, how large and how fresh?
-- sql/views/polled/lists.sql
create view lists (
    portal_id bigint,
    list_id text,
    list_name text,
    object_type_id text,
    processing_type text,
    size bigint,
    last_added_at timestamptz,
    last_removed_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz,
    synced_at timestamptz,
    gone_at timestamptz,
    raw_json jsonb
);

-- Which channels bring people who stay?
-- sql/views/aggregations/marketing_by_channel.sql
create view marketing_by_channel (
    portal_id bigint,
    channel text,
    event_count bigint,
    avg_session_duration numeric,
    engagement_rate numeric,
    avg_page_depth numeric
);

-- Which kinds of marketing events bring people who stay?
-- sql/views/aggregations/marketing_by_event_type.sql
create view marketing_by_event_type (
    portal_id bigint,
    event_type text,
    event_count bigint,
    engagement_rate numeric,
    avg_session_duration numeric
);

-- How does marketing go, month by month?
-- sql/views/aggregations/marketing_by_month.sql
create view marketing_by_month (
    portal_id bigint,
    month text,
    event_count bigint,
    engagement_rate numeric,
    avg_session_duration numeric
);

-- How did marketing e-mails do?
-- sql/views/polled/marketing_emails.sql
create view marketing_emails (
    portal_id bigint,
    email_id text,
    email_name text,
    subject text,
    state text,
    campaign_id text,
    published_at timestamptz,
    sent bigint,
    delivered bigint,
    opened bigint,
    clicked bigint,
    bounced bigint,
    unsubscribed bigint,
    open_rate numeric,
    click_rate numeric,
    updated_at timestamptz,
    synced_at timestamptz,
    gone_at timestamptz,
    raw_json jsonb
);

-- The marketing_events as they are now, with a column for every property.
create view marketing_events (
    portal_id bigint,
    hubspot_id text,
    name text,
    event_type text,
    event_at timestamptz,
    channel text,
    campaign_id text,
    utm_source text,
    device_type text,
    session_duration_sec integer,
    page_depth integer,
    createdate timestamptz,
    contact_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- The meetings as they are now, with a column for every property.
create view meetings (
    portal_id bigint,
    hubspot_id text,
    title text,
    outcome text,
    start_time timestamptz,
    end_time timestamptz,
    meeting_timestamp timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Where did this id go?
-- sql/views/mirror/merged_records.sql
create view merged_records (
    portal_id bigint,
    object_type text,
    old_id text,
    hubspot_id text
);

-- What does this number mean?
-- sql/views/sales/metrics.sql
create view metrics (
    number integer,
    key text,
    label text,
    answered_by text,
    unit text,
    description text,
    source text,
    usual_range text,
    when_empty text
);

-- How good is each lead scoring model?
-- sql/views/intelligence/model_quality.sql
create view model_quality (
    portal_id bigint,
    model_id bigint,
    kind text,
    state text,
    made_at timestamptz,
    refused text,
    fingerprint text,
    deals integer,
    winner text,
    auc numeric,
    rules_auc numeric,
    logistic_auc numeric,
    boosting_auc numeric,
    calibration_error numeric,
    top_lift numeric,
    base_rate numeric,
    months jsonb,
    bands jsonb
);

-- The notes as they are now, with a column for every property.
create view notes (
    portal_id bigint,
    hubspot_id text,
    body text,
    note_timestamp timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- The orders as they are now, with a column for every property.
create view orders (
    portal_id bigint,
    hubspot_id text,
    name text,
    total_price numeric,
    currency text,
    source_store text,
    external_order_id text,
    payment_status text,
    fulfillment_status text,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which person is owner 123?
-- sql/views/mirror/owners.sql
create view owners (
    portal_id bigint,
    owner_id text,
    owner_name text,
    email text,
    archived boolean,
    gone_at timestamptz
);

-- Which stages does each pipeline have, and do they mean won or lost?
-- sql/views/mirror/pipeline_stages.sql
create view pipeline_stages (
    portal_id bigint,
    object_type text,
    pipeline_id text,
    pipeline_label text,
    stage_id text,
    stage_label text,
    display_order integer,
    is_closed boolean,
    probability numeric,
    is_won boolean,
    is_lost boolean,
    gone_at timestamptz
);

-- The products as they are now, with a column for every property.
create view products (
    portal_id bigint,
    hubspot_id text,
    name text,
    sku text,
    price numeric,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- The projects as they are now, with a column for every property.
create view projects (
    portal_id bigint,
    hubspot_id text,
    name text,
    status text,
    starts_at timestamptz,
    target_end_at timestamptz,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Answers the chosen options of a multi-select, "a;b"; NULL where none is chosen.
-- sql/functions/properties/property_options.sql
create view property_options (
    portal_id bigint,
    object_type text,
    property text,
    value text,
    label text,
    place integer,
    hidden boolean
);

-- The quotes as they are now, with a column for every property.
create view quotes (
    portal_id bigint,
    hubspot_id text,
    title text,
    status text,
    amount numeric,
    currency text,
    expires_at timestamptz,
    hubspot_owner_id text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- How much was won and how much is open, by the month in which deals were created?
-- sql/views/aggregations/revenue_by_month.sql
create view revenue_by_month (
    portal_id bigint,
    month text,
    won_revenue numeric,
    weighted_pipeline numeric,
    avg_deal_size numeric,
    deal_count bigint,
    win_count bigint,
    loss_count bigint
);

-- How much was won and how much is open, by the quarter in which deals were created?
-- sql/views/aggregations/revenue_by_quarter.sql
create view revenue_by_quarter (
    portal_id bigint,
    quarter text,
    won_revenue numeric,
    weighted_pipeline numeric,
    avg_deal_size numeric,
    deal_count bigint,
    win_count bigint,
    loss_count bigint
);

-- How do the sales metrics see each deal?
-- sql/views/sales/sales_deals.sql
create view sales_deals (
    portal_id bigint,
    deal_id text,
    owner_id text,
    pipeline_id text,
    stage_id text,
    createdate timestamptz,
    closedate timestamptz,
    is_won boolean,
    is_lost boolean,
    sale numeric,
    upfront numeric,
    installments integer,
    is_qualified boolean,
    is_trial boolean,
    offer_given boolean,
    offer_accepted boolean,
    payment_status text,
    contact_ids text[],
    company_ids text[],
    amount numeric,
    currency text,
    rate numeric,
    deal_name text,
    region text,
    industry text,
    probability numeric,
    days_in_pipeline integer
);

-- How far are the scans?
-- sql/views/sync/scan_progress.sql
create view scan_progress (
    portal_id bigint,
    scan_id uuid,
    kind text,
    object_type text,
    state text,
    records bigint,
    total bigint,
    share double precision,
    requests bigint,
    rows_per_second double precision,
    requests_per_second double precision,
    seconds_left double precision,
    silent_seconds double precision,
    slot timestamptz,
    created_at timestamptz,
    started_at timestamptz,
    heartbeat_at timestamptz,
    finished_at timestamptz,
    error text,
    created bigint,
    updated bigint,
    unchanged bigint
);

-- The services as they are now, with a column for every property.
create view services (
    portal_id bigint,
    hubspot_id text,
    name text,
    category text,
    total_cost numeric,
    amount_paid numeric,
    starts_at timestamptz,
    target_end_at timestamptz,
    closed_at timestamptz,
    hubspot_owner_id text,
    pipeline text,
    stage text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- How many deals are in each stage now, and what are they worth?
-- sql/views/aggregations/stage_totals.sql
create view stage_totals (
    portal_id bigint,
    stage text,
    count bigint,
    total_value numeric,
    avg_probability numeric,
    avg_days numeric
);

-- How likely is a deal in each stage to be won?
-- sql/views/intelligence/stage_win_rates.sql
create view stage_win_rates (
    portal_id bigint,
    pipeline_id text,
    pipeline_label text,
    stage_id text,
    stage_label text,
    display_order integer,
    win_rate numeric,
    probability numeric,
    deals integer,
    made_at timestamptz
);

-- Who subscribed to which e-mails, unsubscribed or bounced, when and by whose doing?
-- sql/views/polled/subscription_changes.sql
create view subscription_changes (
    portal_id bigint,
    change_id text,
    change_number integer,
    changed_at timestamptz,
    email text,
    change text,
    change_type text,
    source text,
    subscription_type_id text,
    subscription_name text,
    caused_by_event_id text,
    synced_at timestamptz
);

-- Which kinds of e-mail may people subscribe to?
-- sql/views/polled/subscription_types.sql
create view subscription_types (
    portal_id bigint,
    subscription_type_id text,
    subscription_name text,
    description text,
    purpose text,
    communication_method text,
    is_active boolean,
    is_internal boolean,
    updated_at timestamptz,
    synced_at timestamptz,
    gone_at timestamptz,
    raw_json jsonb
);

-- The subscriptions as they are now, with a column for every property.
create view subscriptions (
    portal_id bigint,
    hubspot_id text,
    name text,
    status text,
    currency text,
    recurring_frequency text,
    started_at timestamptz,
    next_payment_due_at timestamptz,
    next_payment_amount numeric,
    hubspot_owner_id text,
    createdate timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- Which categories of tickets take long?
-- sql/views/aggregations/support_by_category.sql
create view support_by_category (
    portal_id bigint,
    category text,
    ticket_count bigint,
    avg_resolution_hours numeric,
    sla_compliance numeric,
    avg_satisfaction numeric
);

-- Are urgent tickets resolved in time?
-- sql/views/aggregations/support_by_priority.sql
create view support_by_priority (
    portal_id bigint,
    priority text,
    ticket_count bigint,
    avg_resolution_hours numeric,
    sla_compliance numeric,
    avg_satisfaction numeric
);

-- Is the copy complete and fresh?
-- sql/views/sync/sync_status.sql
create view sync_status (
    portal_id bigint,
    object_type text,
    rows bigint,
    archived_rows bigint,
    pending bigint,
    oldest_pending_seconds double precision,
    failed bigint,
    last_event_at timestamptz,
    last_reconcile_at timestamptz,
    last_backfill_at timestamptz,
    latency_p50_ms numeric,
    latency_p95_ms numeric,
    latency_p99_ms numeric,
    value_issues numeric,
    last_nightly_at timestamptz,
    last_verify_at timestamptz,
    last_verify_unequal bigint,
    last_run_kind text,
    last_run_created bigint,
    last_run_updated bigint,
    last_run_unchanged bigint,
    is_polled boolean,
    note text
);

-- The tasks as they are now, with a column for every property.
create view tasks (
    portal_id bigint,
    hubspot_id text,
    subject text,
    status text,
    priority text,
    due_at timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- The taxes as they are now, with a column for every property.
create view taxes (
    portal_id bigint,
    hubspot_id text,
    label text,
    value_type text,
    value numeric,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- How does each owner do, quarter by quarter?
-- sql/views/intelligence/team_performance.sql
create view team_performance (
    portal_id bigint,
    owner_id text,
    owner_name text,
    quarter date,
    won bigint,
    lost bigint,
    win_rate numeric,
    revenue numeric,
    average numeric,
    days_to_close numeric,
    quota numeric,
    attainment numeric
);

-- What has the company behind this team spent?
-- sql/views/links/team_spending.sql
create view team_spending (
    portal_id bigint,
    company_id text,
    company_name text,
    team_id text,
    team_name text,
    total_team_spend numeric,
    won_team_spend numeric,
    link_rule text,
    link_score numeric
);

-- The tickets as they are now, with a column for every property.
create view tickets (
    portal_id bigint,
    hubspot_id text,
    subject text,
    pipeline text,
    pipeline_stage text,
    priority text,
    category text,
    createdate timestamptz,
    closed_date timestamptz,
    hubspot_owner_id text,
    contact_ids text[],
    company_ids text[],
    deal_ids text[],
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz,
    time_to_close numeric,
    satisfaction_score numeric,
    num_interactions integer
);

-- When did our people speak with theirs?
-- sql/views/activity/touches.sql
create view touches (
    portal_id bigint,
    kind text,
    touch_id text,
    touched_at timestamptz,
    owner_id text,
    contact_ids text[],
    deal_ids text[],
    is_outgoing boolean
);

-- Which calls may have been with another contact?
-- sql/views/links/uncertain_call_links.sql
create view uncertain_call_links (
    portal_id bigint,
    kind text,
    from_id text,
    from_name text,
    to_id text,
    to_name text,
    linked boolean,
    why text,
    link_rule text,
    link_score numeric,
    runner_up_id text,
    runner_up_name text,
    runner_up_rule text,
    runner_up_score numeric
);

-- Which links should people look at?
-- sql/views/links/uncertain_links.sql
create view uncertain_links (
    portal_id bigint,
    kind text,
    from_id text,
    from_name text,
    to_id text,
    to_name text,
    linked boolean,
    why text,
    link_rule text,
    link_score numeric,
    runner_up_id text,
    runner_up_name text,
    runner_up_rule text,
    runner_up_score numeric
);

-- Which links between teams and companies should people look at?
-- sql/views/links/uncertain_team_links.sql
create view uncertain_team_links (
    portal_id bigint,
    kind text,
    from_id text,
    from_name text,
    to_id text,
    to_name text,
    linked boolean,
    why text,
    link_rule text,
    link_score numeric,
    runner_up_id text,
    runner_up_name text,
    runner_up_rule text,
    runner_up_score numeric
);

-- Which contacts may be another user, or one that is not linked?
-- sql/views/links/uncertain_user_links.sql
create view uncertain_user_links (
    portal_id bigint,
    kind text,
    from_id text,
    from_name text,
    to_id text,
    to_name text,
    linked boolean,
    why text,
    link_rule text,
    link_score numeric,
    runner_up_id text,
    runner_up_name text,
    runner_up_rule text,
    runner_up_score numeric
);

-- The users as they are now, with a column for every property.
create view users (
    portal_id bigint,
    hubspot_id text,
    email text,
    firstname text,
    lastname text,
    job_title text,
    time_zone text,
    user_id text,
    is_deactivated boolean,
    createdate timestamptz,
    raw_json jsonb,
    updated_at timestamptz,
    synced_at timestamptz
);

-- From which countries do sessions come?
-- sql/views/aggregations/web_by_country.sql
create view web_by_country (
    portal_id bigint,
    country text,
    sessions bigint,
    avg_duration numeric,
    bounce_rate numeric,
    conversion_rate numeric
);

-- On which devices are sessions?
-- sql/views/aggregations/web_by_device.sql
create view web_by_device (
    portal_id bigint,
    device text,
    sessions bigint,
    avg_duration numeric,
    bounce_rate numeric,
    conversion_rate numeric
);

-- How does the web go, month by month?
-- sql/views/aggregations/web_by_month.sql
create view web_by_month (
    portal_id bigint,
    month text,
    sessions bigint,
    bounce_rate numeric,
    conversion_rate numeric,
    engagement_rate numeric
);

-- On which pages do sessions begin, and what comes of them?
-- sql/views/aggregations/web_by_page.sql
create view web_by_page (
    portal_id bigint,
    page text,
    sessions bigint,
    avg_duration numeric,
    bounce_rate numeric,
    conversion_rate numeric,
    avg_page_views numeric
);

-- Which workflows are there, and which are on?
-- sql/views/polled/workflows.sql
create view workflows (
    portal_id bigint,
    workflow_id text,
    workflow_name text,
    is_enabled boolean,
    workflow_type text,
    object_type_id text,
    revision text,
    created_at timestamptz,
    updated_at timestamptz,
    synced_at timestamptz,
    gone_at timestamptz,
    raw_json jsonb
);
