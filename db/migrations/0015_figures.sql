-- What the figures need that sales leads look for first, and what people ask of changes.

-- Which lifecycle stages are customers. A portal's words are kept as they are compared.
alter table metric_settings
    add column customer_stages text[] not null default '{customer,evangelist}';
update metric_settings
   set yes_words = array(
       select lower(trim(E' \t\r\n\u00a0' from word)) from unnest(yes_words) as word);
update sales_sums set built_at = null;

alter type sales_figures add attribute "winRate" numeric;

-- A mark that only waits for the daily comparison: the history before it was read. Such marks wait
-- a day, all others no longer than a lease, or they have an error.
alter table history_marks add column compares boolean not null default false;
update history_marks set compares = true
 where error is null and not_before > now() + interval '10 minutes';
comment on column history_marks.compares is
    'only waits for the daily comparison: the history before was read';

-- What changed yesterday, and which stages have deals.
create index on property_history (portal_id, changed_at);
create index hubspot_deals_raw_stages on hubspot_deals_raw (portal_id, dealstage)
    where not archived and merged_into is null;

-- Each takes a pipeline now: PostgreSQL would keep the former beside the new one.
drop function if exists sales_metrics(text, date, date, bigint);
drop function if exists sales_timeline(text, date, date, bigint);
drop function if exists sales_by_period(text, date[], date, bigint);
drop function if exists call_to_close(text, date, date, bigint);
drop function if exists deals_by_stage(text, date, date, bigint);
drop function if exists retention(text, date, date, bigint);
drop function if exists sales_funnel(text, date, date, bigint);
drop function if exists sales_script_stats(text, date, date, bigint);
drop function if exists vsl_watch_stats(text, date, date, bigint);
