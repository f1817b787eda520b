-- Custom types have views of every property, too. Theirs are not called as the type is, so it is said whose each view is.
alter table typed_views add column object_type text;
update typed_views set object_type = name;
alter table typed_views alter column object_type set not null;
comment on table typed_views is 'what `spoke status` says of contacts, custom_cars … with a column for each property';

-- Calls with several contacts, for those who look at uncertain links: few, among calls of 1 kB each, which the planner
-- must know.
create statistics hubspot_calls_raw_contacts on cardinality(contact_ids) from hubspot_calls_raw;
create index on hubspot_calls_raw (portal_id, hubspot_id) where cardinality(contact_ids) > 1;
