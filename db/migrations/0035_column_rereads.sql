-- Columns that a new version added to filled tables: behind which id their values are still to be
-- read out of raw_json. A type that is done has no row. HubSpot is asked nothing: requests name
-- every property that the portal defines, so what it has stands in raw_json.
create table column_rereads (
    portal_id   bigint not null,
    object_type text   not null,
    after       text   not null default '',
    primary key (portal_id, object_type)
);
comment on table column_rereads is
    'Spoke''s own: whose new columns are being filled from raw_json';
insert into column_rereads (portal_id, object_type)
select portals.portal_id, filled.object_type
from portals
cross join unnest('{contacts,companies,deals,tickets}'::text[]) as filled (object_type);
