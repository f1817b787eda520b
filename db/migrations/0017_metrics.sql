-- What the sales metrics stand on: settings of each portal, and the small comparisons that its formulas share.

-- How a portal's metrics read its records, where that differs from the defaults. No row, no difference.
create table metric_settings (
    portal_id              bigint not null primary key,
    sale_property          text,    -- what a deal is worth; NULL: deal_whole_amount, else amount
    upfront_property       text,    -- what was paid at once; NULL: upfront_payment, else amount beside deal_whole_amount
    connected_dispositions text[] not null default '{f240bbac-87c9-4f6e-bf70-924b57d47db7}',
    yes_words              text[] not null default '{yes,y,true,1,on}'    -- in lower case
);
comment on table metric_settings is 'internal names of deal properties, outcomes of calls and words that mean yes';

-- Bodies are parsed here and inlined where they are used, like those of 0004.

-- A property's text as a number; NULL for anything else. Longer than a hundred characters is no amount of money.
create function number_of(value text) returns numeric
    language sql immutable parallel safe
    return case
        when length(value) <= 100
            and value ~ '^\s*[-+]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][-+]?[0-9]{1,2})?\s*$'
            then value::numeric
    end;

-- A number of a deal, by the property's name: from the typed column where there is one, else from raw_json.
create function deal_number(
    property text, amount numeric, deal_whole_amount numeric, upfront_payment numeric, raw_json jsonb
) returns numeric
    language sql immutable parallel safe
    return case property
        when 'amount' then amount
        when 'deal_whole_amount' then deal_whole_amount
        when 'upfront_payment' then upfront_payment
        else number_of(raw_json -> 'properties' ->> property)
    end;

create function says_yes(answer text, yes_words text[]) returns boolean
    language sql immutable parallel safe
    return coalesce(
        lower(trim(both E' \t\r\n\u00a0' from answer)) = any (coalesce(yes_words, '{yes,y,true,1,on}')), false
    );

-- Percent with two decimals; NULL of nothing.
create function percentage(part bigint, whole bigint) returns numeric
    language sql immutable parallel safe
    return round(100.0 * part / nullif(whole, 0), 2);

-- One row of scalar metrics, for one period. The view `metrics` explains each.
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
