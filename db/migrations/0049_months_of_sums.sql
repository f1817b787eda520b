-- Sums of the aggregations by month, so that a period is read from them, too.
alter table rollup_rows add column month text;
comment on column rollup_rows.month is 'Month of UTC of the records, as 2026-11; NULL: no time';

-- One index less for each row that a change writes: folded rows are of the state's generation.
drop index rollup_rows_generation;
drop index rollup_rows_open;
create index rollup_rows_open on rollup_rows (portal_id, entity, generation) where not is_folded;

-- The stages and pipelines that deals went through, in the order in which views read them: without
-- it, funnels sort all versions of all properties first.
create index property_history_deal_ways
    on property_history (portal_id, property, hubspot_id, changed_at)
    where object_type = 'deals' and property in ('dealstage', 'pipeline');
