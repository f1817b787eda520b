-- How far are the scans? One row for each backfill, reconcile and nightly comparison: state,
-- records, share, pace and time left. `state` tells a crash as soon as it can be known. A scan that
-- gave no sign of life for ten minutes has lost its worker, even if it said "running" last. A share
-- is known where HubSpot said how many records there are; the pace counts pauses, too. created,
-- updated and unchanged say of the records how many had no row here, an older one, or the same.
-- Leaves out the stretches of ids that a backfill walks at once: scan_stretches has them.
create or replace view scan_progress with (security_invoker = true) as
select
    portal_id,
    scan_id,
    kind,
    object_type,
    case when state = 'running' and heartbeat_at < now() - interval '10 minutes' then 'crashed'
        else state end as state,
    records,
    total,
    case when state = 'completed' then 1
        when total > 0 then least(1, records::double precision / total) end as share,
    requests,
    records / nullif(seconds, 0) as rows_per_second,
    requests / nullif(seconds, 0) as requests_per_second,
    case when state = 'running' then greatest(0, total - records) * seconds / nullif(records, 0)
        end as seconds_left,
    extract(epoch from now() - heartbeat_at)::double precision as silent_seconds,
    slot,
    created_at,
    started_at,
    heartbeat_at,
    finished_at,
    error,
    created,
    updated,
    records - created - updated as unchanged
from scans
cross join lateral (select greatest(0, extract(epoch
    from heartbeat_at - started_at))::double precision as seconds) as spent;
