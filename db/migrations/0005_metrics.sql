-- Storage of the sales metrics: settings of each portal, and calls and contacts added up by day.

-- How a portal's metrics read its records, where that differs from the defaults. A portal without a
-- row has the defaults.
create table metric_settings (
    portal_id              bigint not null primary key,
    sale_property          text,    -- the value of a deal; NULL: deal_whole_amount, else amount
    -- Paid at once; NULL: upfront_payment, else amount beside deal_whole_amount.
    upfront_property       text,
    connected_dispositions text[],  -- NULL: HubSpot's "Connected", see connected_dispositions()
    yes_words              text[] not null default '{yes,y,true,1,on}'    -- in lower case
);
comment on table metric_settings is
    'internal names of deal properties, outcomes of calls and words that mean yes';

-- One row of scalar metrics, for one period. The view `metrics` explains each column.
create type sales_figures as (
    starts_on              date,
    ends_on                date,
    "totalSales"           numeric,
    "avgDealSize"          numeric,
    "totalDeals"           bigint,
    "cancellationRate"     numeric,
    "conversionRate"       numeric,
    "qualifiedRate"        numeric,
    "trialRate"            numeric,
    "avgInstallments"      numeric,
    "timeToSale"           numeric,
    "avgCallTime"          numeric,
    "totalCallTime"        numeric,
    "upfrontCashCollected" numeric,
    "followupRate"         numeric,
    "totalCalls"           bigint,
    "fiveMinReachedRate"   numeric,
    "pickupRate"           numeric,
    "timeToFirstContact"   numeric,
    "avgFollowups"         numeric,
    "offersGivenRate"      numeric,
    "offerCloseRate"       numeric,
    "totalContactsCreated" bigint
);

-- Calls and contacts added up by day: a year of 400,000 calls is 365 rows. Counting them takes 0.7
-- s at ten times the real portal's size, adding the days up 10 ms. Every change leaves a mark in
-- its own transaction. Each query counts the days with marks from the records themselves, and
-- settle_days adds them up again later.

-- By the portal's days: a row for all owners together ('*'), one for each owner with calls, and '?'
-- for calls of no owner. A call without an owner belongs to its contact's owner.
create table sales_call_days (
    portal_id bigint    not null,
    owner_id  text      not null,
    day       date      not null,
    calls     bigint    not null,
    timed     bigint    not null,    -- with a duration
    ms        bigint    not null,
    long      bigint    not null,    -- five minutes or more
    connected bigint    not null,
    -- Of each call with a contact: how many days before it the same contact was called last, and
    -- the time before that (by the same owner, in an owner's rows). Sorted. Calls whose gap
    -- reaches back over the first day of a period are the contacts called in it. Calls whose
    -- second gap does are the contacts called twice.
    gaps      integer[] not null,
    gaps_2    integer[] not null,
    primary key (portal_id, owner_id, day)
);

-- Contacts by the day of their creation, for all owners together and for each owner.
create table sales_contact_days (
    portal_id       bigint  not null,
    owner_id        text    not null,
    day             date    not null,
    contacts        bigint  not null,
    customers       bigint  not null,
    called          bigint  not null,    -- contacts that were called since
    seconds_to_call numeric not null,    -- from creation to the first call, of all of them together
    primary key (portal_id, owner_id, day)
);

-- Changes since the days were added up: a call of a contact (its later calls have other gaps now),
-- or a contact.
create table sales_marks (
    portal_id  bigint      not null,
    mark_id    bigint      not null generated always as identity,
    contact_id text,
    call_at    timestamptz,
    created_at timestamptz,
    primary key (portal_id, mark_id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- Whether a portal's days are added up. built_at NULL: all of them again, because the portal's time
-- zone or settings changed.
create table sales_sums (
    portal_id        bigint not null primary key,
    built_at         timestamptz,
    due_call_days    date[] not null default '{}',
    due_contact_days date[] not null default '{}'
);
comment on column sales_sums.due_call_days is 'days whose calls are still to be added up';
comment on column sales_sums.due_contact_days is 'days whose contacts are still to be added up';
