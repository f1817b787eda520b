-- What the figures need that sales leads look for first, and what people ask of changes.

-- Which lifecycle stages are customers. A portal's words are kept as they are compared.
alter table metric_settings
    add column customer_stages text[] not null default '{customer,evangelist}';

alter type sales_figures add attribute "winRate" numeric;

-- A mark that only waits for the daily comparison: the history before it was read. Such marks wait
-- a day, all others no longer than a lease, or they have an error.
alter table history_marks add column compares boolean not null default false;
comment on column history_marks.compares is
    'only waits for the daily comparison: the history before was read';

-- What changed yesterday, and which stages have deals.
create index on property_history (portal_id, changed_at);
create index hubspot_deals_raw_stages on hubspot_deals_raw (portal_id, dealstage)
    where not archived and merged_into is null;
