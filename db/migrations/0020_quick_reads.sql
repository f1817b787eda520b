-- What the API's reads need to answer while many ask: more sums by day, and rare events by index.

-- First responses to the contacts of a day: minutes to the first outgoing call, e-mail or meeting,
-- sorted. A meeting that is planned is none yet: when the next one takes place the day has to be
-- counted again.
alter table sales_contact_days
    add column responses        double precision[] not null default '{}',
    add column next_response_at timestamptz;
update sales_sums set built_at = null;

-- What the users spent who are contacts of a day, by the portal's days and the contacts' owners
-- ('?': of nobody). Found again every ten minutes: which user a contact is follows from addresses
-- and ids of both, and asked for all contacts it takes a second for each 30,000.
create table user_spend_days (
    portal_id bigint  not null,
    owner_id  text    not null,
    day       date    not null,
    customers bigint  not null,
    known     bigint  not null,    -- with a spend
    spend     numeric not null,
    primary key (portal_id, owner_id, day)
);
create table user_spend_sums (
    portal_id bigint      not null primary key,
    time_zone text        not null,    -- whose days they are
    found_at  timestamptz not null
);
comment on table user_spend_days is 'lifetime spend of users by the day their contact was created';
comment on table user_spend_sums is 'when user_spend_days was found last, for each portal';

-- Events that are rare beside changes of properties, by kind: to find the last merge, all events
-- of a week were read.
create index webhook_events_rare
    on webhook_events (portal_id, object_type, subscription_type, received_at, event_key)
    where subscription_type not like '%.propertyChange';

-- Parts of names, for search: all records of a type were read for each (100 ms for 40,000, now 5).
-- New entries wait in a list of 256 kB at most, which each search reads: sorted in at once they
-- would make an upsert half as slow again.
create index hubspot_contacts_raw_names on hubspot_contacts_raw using gin ((
    coalesce(firstname, '') || ' ' || coalesce(lastname, '') || ' ' || coalesce(email, '')
) gin_trgm_ops) with (gin_pending_list_limit = 256);
create index hubspot_companies_raw_names on hubspot_companies_raw using gin ((
    coalesce(name, '') || ' ' || coalesce(domain, '')
) gin_trgm_ops) with (gin_pending_list_limit = 256);
create index hubspot_deals_raw_names on hubspot_deals_raw using gin ((
    coalesce(dealname, '')
) gin_trgm_ops) with (gin_pending_list_limit = 256);
