-- Extractions: what a program asked to be read from HubSpot. The runs themselves are scans.

create table extractions (
    portal_id bigint not null,
    extraction_id uuid not null default gen_random_uuid(),
    object_types text [] not null,
    properties text [] not null default '{}',
    mode text not null check (mode in ('full', 'incremental')),
    page_size integer not null check (page_size between 1 and 100),
    checkpoint_interval integer not null check (checkpoint_interval between 1 and 10),
    asked_by text not null,
    created_at timestamptz not null default now(),
    primary key (portal_id, extraction_id)
);
comment on table extractions is
'What a program asked to be read, and who asked. scans.extraction_id names the runs that do it.';
create index on extractions (portal_id, created_at);

-- page_size and checkpoint_pages: records on a page, and pages between two checkpoints. since: from
-- when on an incremental extraction asks for changes.
alter table scans
add column extraction_id uuid,
add column page_size integer not null default 100,
add column checkpoint_pages integer not null default 10,
add column since timestamptz;
create index on scans (portal_id, extraction_id) where extraction_id is not null;
