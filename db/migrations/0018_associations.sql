-- Associations of pairs of types that the registry does not keep: company and company, contact and
-- contact, ticket and call, a portal's own types among each other.

-- The pairs that a portal uses, each once, in the order of the two names. Nothing is asked of
-- HubSpot for any other pair.
create table association_pairs (
    portal_id  bigint      not null,
    one_type   text        not null,
    other_type text        not null,
    found_by   text        not null,
    found_at   timestamptz not null default now(),
    primary key (portal_id, one_type, other_type),
    check (one_type <= other_type)
);
comment on table association_pairs is
    'pairs of types whose associations are kept because the portal uses them';
comment on column association_pairs.found_by is 'what showed it: an event, or a record of one_type';

-- The association types of those pairs, as HubSpot defines them and people named them.
create table hubspot_association_types (
    portal_id  bigint      not null,
    from_type  text        not null,
    to_type    text        not null,
    type_id    integer     not null,
    category   text        not null,
    label      text,
    gone_at    timestamptz,
    synced_at  timestamptz not null default now(),
    primary key (portal_id, from_type, to_type, type_id, category)
);
comment on table hubspot_association_types is
    'association types of the pairs in association_pairs, as HubSpot lists them';

-- One row for each association type of two records, in each direction as its own record says.
create table hubspot_associations (
    portal_id bigint      not null,
    from_type text        not null,
    from_id   text        not null,
    to_type   text        not null,
    to_id     text        not null,
    type_id   integer     not null,
    category  text        not null,
    label     text,
    synced_at timestamptz not null default now(),
    primary key (portal_id, from_type, from_id, to_type, to_id, type_id, category)
);
create index on hubspot_associations (portal_id, to_type, to_id);
comment on table hubspot_associations is
    'associations that have no column of ids; the records'' raw_json has them, too';

-- Custom types among each other stood in raw_json alone.
insert into hubspot_associations
    (portal_id, from_type, from_id, to_type, to_id, type_id, category, label)
select distinct on (portal_id, object_type, hubspot_id, ends.key, link ->> 'id', type_id, category)
    portal_id, object_type, hubspot_id, ends.key, link ->> 'id', type_id, category,
    link ->> 'label'
from hubspot_objects_raw
cross join jsonb_each(raw_json -> 'associations') as ends
cross join jsonb_array_elements(ends.value -> 'results') as link
cross join coalesce((link ->> 'typeId')::integer, 0) as type_id
cross join coalesce(link ->> 'category', '') as category
where ends.key not in ('contacts', 'companies', 'deals', 'tickets')
  and not archived and merged_into is null;
