-- The records of contacts, companies, deals and calls: one table for each type. Typed columns stand
-- beside the whole record as JSON. No foreign keys between records: events arrive in any order. An
-- array of associated ids is NULL until the associations were read.

-- Functions that an index, a statistic or a generated column needs. They stand here because stored
-- entries hold their answers: another answer takes a migration that builds those entries again.
-- Each body is parsed here: it needs no search_path, and PostgreSQL inlines it (0.5 µs a row, not
-- 5 µs).

-- A phone number as a key: digits only, without the leading 00, the first 15 of them (no number has
-- more). NULL for fewer than 10: "972" would link a contact with every call of a country. A letter,
-- comma or semicolon ends the number: "ext. 5", "x5" or a second number are no part of it. Regular
-- expressions without groups are three times faster, and a full view asks for 150,000 keys.
create function phone_key(phone text) returns text
    language sql immutable parallel safe
    return substring(
        regexp_replace(
            regexp_replace(
                substring(
                    phone
                    from E'[0-9][-0-9()./ \\[\\]\t\u00a0\u2007\u202f'
                        '\u2010-\u2013\u200b\u200e\u200f\u202a\u202c]*'
                ),
                '[^0-9]+', '', 'g'
            ),
            '^00', ''
        )
        from '.{10,15}'
    );

-- An e-mail address as a key; NULL where there is none. Imports leave 'Unknown' behind. Cut,
-- because an index refuses entries of more than 2.7 kB, and with them the record.
create function email_key(email text) returns text
    language sql immutable parallel safe
    return nullif(nullif(left(lower(trim(both E' \t\r\n\u00a0' from email)), 300), ''), 'unknown');

-- The product's user that a contact's property user_id names; NULL where it names none. Ids keep
-- their case.
create function contact_user_id(raw_json jsonb) returns text
    language sql immutable parallel safe
    return nullif(nullif(nullif(
        trim(both E' \t\r\n\u00a0' from raw_json -> 'properties' ->> 'user_id'),
        ''), 'Unknown'), 'unknown');

-- People look records up by HubSpot's id alone, filter by the typed columns and join by the
-- arrays. An array's GIN index sorts a new entry in at once (fastupdate = off): each look-up would
-- otherwise read the list of all new entries from end to end. A page of contacts waited 12 s for
-- it during the first backfill of 119,000 calls. An array has an entry or two, so this costs next
-- to nothing. (portal_id, archived, merged_into) lets sync_status count without reading the
-- tables: 65 ms and more for each hundred thousand. merged_into finds the losers of a merge by
-- their survivor. The index on hs_merged_object_ids reads the few survivors of merges and nothing
-- else; the statistics tell the planner how few they are.

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
    phone_e164           text,
    primary key (portal_id, hubspot_id)
);
create index on hubspot_contacts_raw (hubspot_id);
create index on hubspot_contacts_raw (lower(trim(email)));
create index on hubspot_contacts_raw (email);
create index on hubspot_contacts_raw (phone);
create index on hubspot_contacts_raw (createdate);
create index on hubspot_contacts_raw (lifecyclestage);
create index on hubspot_contacts_raw (hubspot_owner_id);
create index on hubspot_contacts_raw using gin (company_ids) with (fastupdate = off);
create index on hubspot_contacts_raw using gin (deal_ids) with (fastupdate = off);
create index on hubspot_contacts_raw using gin (call_ids) with (fastupdate = off);
create index on hubspot_contacts_raw using gin (raw_json jsonb_path_ops);
create index on hubspot_contacts_raw (portal_id, archived, merged_into);
create index on hubspot_contacts_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_contacts_raw (portal_id)
    where raw_json -> 'properties' ->> 'hs_merged_object_ids' <> '';
create statistics hubspot_contacts_raw_merged
    on (raw_json -> 'properties' ->> 'hs_merged_object_ids') from hubspot_contacts_raw;
-- The owner of a contact, for joins of many deals or calls to their contacts' owners: three
-- entries of a narrow index instead of a look into a row of 2 kB each (call_to_close over three
-- years at ten times the real portal's size: 90 ms instead of 160, 110 instead of 300 on a busy
-- machine).
create index hubspot_contacts_raw_owners on hubspot_contacts_raw (portal_id, hubspot_id)
    include (hubspot_owner_id)
    where not archived and merged_into is null;
-- All that the metrics want of contacts, in the order in which they ask: a year is 10,000 entries
-- of this index (4 ms) instead of a look into each of 31,636 rows of 2 kB (50 ms).
create index hubspot_contacts_raw_created on hubspot_contacts_raw (portal_id, createdate)
    include (hubspot_id, hubspot_owner_id, lifecyclestage, vsl_watched, sales_script_version)
    where not archived and merged_into is null;
-- The planner learns how many contacts share an address or name a user, and joins by hash.
create statistics hubspot_contacts_raw_keys on email_key(email), contact_user_id(raw_json)
    from hubspot_contacts_raw;

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
create index on hubspot_companies_raw (hubspot_id);
create index on hubspot_companies_raw (name);
create index on hubspot_companies_raw (domain);
create index on hubspot_companies_raw (createdate);
create index on hubspot_companies_raw (hubspot_owner_id);
create index on hubspot_companies_raw using gin (contact_ids) with (fastupdate = off);
create index on hubspot_companies_raw using gin (deal_ids) with (fastupdate = off);
create index on hubspot_companies_raw using gin (raw_json jsonb_path_ops);
create index on hubspot_companies_raw (portal_id, archived, merged_into);
create index on hubspot_companies_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_companies_raw (portal_id)
    where raw_json -> 'properties' ->> 'hs_merged_object_ids' <> '';
create statistics hubspot_companies_raw_merged
    on (raw_json -> 'properties' ->> 'hs_merged_object_ids') from hubspot_companies_raw;

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
    deal_currency_code             text,
    amount_in_home_currency        numeric,
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
create index on hubspot_deals_raw (hubspot_id);
create index on hubspot_deals_raw (createdate);
create index on hubspot_deals_raw (closedate);
create index on hubspot_deals_raw (dealstage);
create index on hubspot_deals_raw (amount);
create index on hubspot_deals_raw (payment_status);
create index on hubspot_deals_raw (hubspot_owner_id);
create index on hubspot_deals_raw using gin (contact_ids) with (fastupdate = off);
create index on hubspot_deals_raw using gin (company_ids) with (fastupdate = off);
create index on hubspot_deals_raw using gin (raw_json jsonb_path_ops);
create index on hubspot_deals_raw (portal_id, archived, merged_into);
create index on hubspot_deals_raw (portal_id, merged_into) where merged_into is not null;
create index on hubspot_deals_raw (portal_id)
    where raw_json -> 'properties' ->> 'hs_merged_object_ids' <> '';
create statistics hubspot_deals_raw_merged
    on (raw_json -> 'properties' ->> 'hs_merged_object_ids') from hubspot_deals_raw;

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
    call_to_e164     text,
    call_from_e164   text,
    primary key (portal_id, hubspot_id)
);
comment on column hubspot_calls_raw.call_duration is
    'HubSpot property hs_call_duration, in milliseconds';
comment on column hubspot_calls_raw.call_direction is 'HubSpot property hs_call_direction';
comment on column hubspot_calls_raw.call_to_number is 'HubSpot property hs_call_to_number';
comment on column hubspot_calls_raw.call_from_number is 'HubSpot property hs_call_from_number';
comment on column hubspot_calls_raw.call_timestamp is 'HubSpot property hs_timestamp';
comment on column hubspot_calls_raw.call_disposition is 'HubSpot property hs_call_disposition';
create index on hubspot_calls_raw (hubspot_id);
create index on hubspot_calls_raw (call_to_number);
create index on hubspot_calls_raw (call_from_number);
create index on hubspot_calls_raw (call_timestamp);
create index on hubspot_calls_raw (call_duration);
create index on hubspot_calls_raw (hubspot_owner_id);
create index on hubspot_calls_raw using gin (contact_ids) with (fastupdate = off);
create index on hubspot_calls_raw using gin (company_ids) with (fastupdate = off);
create index on hubspot_calls_raw using gin (deal_ids) with (fastupdate = off);
create index on hubspot_calls_raw using gin (raw_json jsonb_path_ops);
create index on hubspot_calls_raw (portal_id, archived, merged_into);
create index on hubspot_calls_raw (portal_id, merged_into) where merged_into is not null;
-- Calls with several contacts, for uncertain_links: few, among calls of 1 kB each, which the
-- planner must know.
create index on hubspot_calls_raw (portal_id, hubspot_id) where cardinality(contact_ids) > 1;
create statistics hubspot_calls_raw_contacts on cardinality(contact_ids) from hubspot_calls_raw;
