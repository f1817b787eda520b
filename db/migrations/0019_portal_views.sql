-- Views of every property for each portal, in a schema of the portal's own: `hubspot_62515`. Those
-- of the main schema are noted as portal 0's.
alter table typed_views add column portal_id bigint not null default 0;
alter table typed_views drop constraint typed_views_pkey;
alter table typed_views add primary key (portal_id, name);
comment on table typed_views is
    'what `spoke status` says of contacts, custom_cars … with a column for each property';
