-- What HubSpot lists no more stays: stages of won deals, names of owners. Why a refresh failed.

alter table hubspot_owners add column gone_at timestamptz;
comment on column hubspot_owners.gone_at is 'since when HubSpot lists the owner no more';

alter table hubspot_pipelines
    add column gone_at     timestamptz,
    add column gone_stages jsonb not null default '[]';  -- as HubSpot sent them last, with gone_at
comment on column hubspot_pipelines.gone_at is 'since when HubSpot lists the pipeline no more';

-- A refresh of what describes the records is a scan, too: its reason stands beside theirs.
alter table scans drop constraint scans_kind_check;
alter table scans add constraint scans_kind_check
    check (kind in ('backfill', 'reconcile', 'nightly', 'refresh'));
