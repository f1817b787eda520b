-- What HubSpot lists no more stays: stages of won deals, names of owners. What deals are worth in the company's money,
-- as typed columns. One spelling of times in the history. Why a refresh failed.

alter table hubspot_owners add column gone_at timestamptz;
comment on column hubspot_owners.gone_at is 'since when HubSpot lists the owner no more';

alter table hubspot_pipelines
    add column gone_at     timestamptz,
    add column gone_stages jsonb not null default '[]';    -- as HubSpot sent them last, with "gone_at"
comment on column hubspot_pipelines.gone_at is 'since when HubSpot lists the pipeline no more';

-- Filled from raw_json for the rows that are here; numbers as plain as HubSpot writes them.
alter table hubspot_deals_raw
    add column deal_currency_code      text,
    add column amount_in_home_currency numeric;
update hubspot_deals_raw
   set deal_currency_code = nullif(raw_json -> 'properties' ->> 'deal_currency_code', ''),
       amount_in_home_currency = case
           when raw_json -> 'properties' ->> 'amount_in_home_currency' ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?$'
               then (raw_json -> 'properties' ->> 'amount_in_home_currency')::numeric
       end
 where raw_json -> 'properties' ->> 'deal_currency_code' <> ''
    or raw_json -> 'properties' ->> 'amount_in_home_currency' <> '';

-- Events told close dates in epoch milliseconds, and nobody translated them.
update property_history
   set value = replace(
           to_char(
               (timestamptz '1970-01-01 00:00Z' + value::bigint * interval '1 millisecond') at time zone 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
           ),
           '.000Z', 'Z'
       )
 where object_type = 'deals' and property = 'closedate' and value ~ '^[0-9]{9,13}$';

-- A refresh of what describes the records is a run, too: where it fails, its reason stands beside theirs.
alter table scans drop constraint scans_kind_check;
alter table scans add constraint scans_kind_check
    check (kind in ('backfill', 'reconcile', 'nightly', 'refresh'));

-- What deals were worth is asked of HubSpot for deal_whole_amount, too: those that have one are read once more.
insert into history_marks as mark (portal_id, object_type, hubspot_id)
select portal_id, 'deals', hubspot_id
  from hubspot_deals_raw
 where deal_whole_amount is not null and merged_into is null
 order by portal_id, hubspot_id
    on conflict (portal_id, object_type, hubspot_id) do update
   set generation = mark.generation + 1, not_before = least(mark.not_before, now());
