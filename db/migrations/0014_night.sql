-- Requests per 10 seconds that HubSpot allows this portal's app, where that is not HUBSPOT_RATE_LIMIT: it depends on the
-- account's tier, and one installation may serve portals of several.
alter table portals add column rate_limit integer check (rate_limit > 0);

-- A nightly comparison compares and heals a type from the last id that the night before reached (its checkpoint) to the end, or as
-- far as the night's budget goes. One run per night and type: slot is the night's date.
alter table scans drop constraint scans_kind_check;
alter table scans add constraint scans_kind_check check (kind in ('backfill', 'reconcile', 'nightly'));
