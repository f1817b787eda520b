-- Types whose sensitive properties HubSpot is still to be asked for, once. An earlier version
-- forgot a property that became sensitive and kept its values: nothing here tells of them. The
-- first refresh of the definitions asks, and has all values of sensitive properties taken out.
-- Portals that come later never had any: they are not listed.
create table sensitive_looks (
    portal_id   bigint not null,
    object_type text   not null,
    primary key (portal_id, object_type)
);
comment on table sensitive_looks is
    'Spoke''s own: types whose sensitive properties are still to be asked for, after an upgrade';
insert into sensitive_looks (portal_id, object_type)
select distinct portal_id, object_type from hubspot_properties;
