-- Is the copy complete and fresh? One row for each portal and mirrored type, for operators, alerts
-- and `spoke status`. Latency is from the change in HubSpot to the committed row, over the last 24
-- hours, right to 5 % (see sync_latency). oldest_pending_seconds counts postponed records too: a
-- record that fails again and again must not look fresh. last_nightly_at is the end of the last
-- nightly comparison that had compared every record (over several nights, maybe). last_verify_at
-- and last_verify_unequal are of the last comparison: whole, of a sample, or of one night.
-- last_run_created, _updated and _unchanged are of the run that completed last, whichever its kind.
-- Families that are polled (is_polled: lists, forms …) follow, once they were looked at: pending is
-- how many of their lists are being read, failed how many could not be, note why; last_reconcile_at
-- is the last look, last_backfill_at the last whole one.
-- Leaves out deliveries that could not be read (they have no type), and failures that were replayed
-- or landed.
create or replace view sync_status with (security_invoker = true) as
with counts as (
    select portal_id, object_type, sum(live)::bigint as live, sum(archived)::bigint as archived
    from record_counts
    group by portal_id, object_type
    having sum(live) <> 0 or sum(archived) <> 0
),

pending as (
    select portal_id, object_type, count(*) as records, min(marked_at) as oldest_at
    from pending_changes
    group by portal_id, object_type
),

failures as (
    select portal_id, object_type, count(*) as letters
    from dead_letters
    where replayed_at is null and landed_at is null
    group by portal_id, object_type
),

runs as (
    select
        portal_id,
        object_type,
        max(finished_at) filter (where kind = 'reconcile') as last_reconcile_at,
        max(finished_at) filter (where kind = 'backfill') as last_backfill_at,
        max(finished_at) filter (where kind = 'nightly' and checkpoint = 'end') as last_nightly_at
    from scans
    where state = 'completed'
    group by portal_id, object_type
),

-- How many changes were at most as slow as each bucket: the first bucket that reaches a share of
-- all is its percentile.
histogram as (
    select
        portal_id,
        object_type,
        power(1.05::double precision, bucket) as ms,
        sum(sum(changes)) over (partition by portal_id, object_type order by bucket) as reached,
        sum(sum(changes)) over (partition by portal_id, object_type) as total
    from sync_latency
    where hour > now() - interval '24 hours'
    group by portal_id, object_type, bucket
),

latencies as (
    select
        portal_id,
        object_type,
        min(ms) filter (where reached >= 0.50 * total) as p50,
        min(ms) filter (where reached >= 0.95 * total) as p95,
        min(ms) filter (where reached >= 0.99 * total) as p99
    from histogram
    group by portal_id, object_type
),

issues as (
    select portal_id, object_type, sum(occurrences) as occurrences
    from value_issues
    group by portal_id, object_type
),

mirrored as (
    select portal_id, object_type
    from (select portal_id from portals union select portal_id from counts) as known
    cross join unnest(array[<types>]) as object_type
    union
    select portal_id, object_type from hubspot_schemas
    union
    select portal_id, object_type from counts
)

select
    portal_id,
    object_type,
    coalesce(counts.live, 0) as rows,
    coalesce(counts.archived, 0) as archived_rows,
    coalesce(pending.records, 0) as pending,
    extract(epoch from now() - pending.oldest_at)::double precision as oldest_pending_seconds,
    coalesce(failures.letters, 0) as failed,
    events.last_event_at,
    runs.last_reconcile_at,
    runs.last_backfill_at,
    round(latencies.p50::numeric, 1) as latency_p50_ms,
    round(latencies.p95::numeric, 1) as latency_p95_ms,
    round(latencies.p99::numeric, 1) as latency_p99_ms,
    coalesce(issues.occurrences, 0) as value_issues,
    runs.last_nightly_at,
    verified.last_verify_at,
    verified.last_verify_unequal,
    latest.last_run_kind,
    latest.last_run_created,
    latest.last_run_updated,
    latest.last_run_unchanged,
    false as is_polled,
    null as note
from mirrored
left join counts using (portal_id, object_type)
left join pending using (portal_id, object_type)
left join failures using (portal_id, object_type)
left join runs using (portal_id, object_type)
left join latencies using (portal_id, object_type)
left join issues using (portal_id, object_type)
left join lateral (
    select max(received_at) as last_event_at
    from webhook_events
    where webhook_events.portal_id = mirrored.portal_id
        and webhook_events.object_type = mirrored.object_type
) as events on true
left join lateral (
    select finished_at as last_verify_at, unequal as last_verify_unequal
    from verify_runs
    where verify_runs.portal_id = mirrored.portal_id
        and verify_runs.object_type = mirrored.object_type
    order by finished_at desc
    limit 1
) as verified on true
left join lateral (
    select kind as last_run_kind, created as last_run_created, updated as last_run_updated,
        records - created - updated as last_run_unchanged
    from scans
    where scans.portal_id = mirrored.portal_id
        and scans.object_type = mirrored.object_type
        and scans.state = 'completed'
    order by finished_at desc
    limit 1
) as latest on true
union all
select
    portal_id,
    family as object_type,
    sum(polled_walks.entries)::bigint as rows,
    coalesce(max(gone.entries), 0) as archived_rows,
    count(*) filter (where cursor is not null) as pending,
    null as oldest_pending_seconds,
    count(*) filter (where error is not null) as failed,
    null as last_event_at,
    max(completed_at) as last_reconcile_at,
    max(whole_at) as last_backfill_at,
    null as latency_p50_ms,
    null as latency_p95_ms,
    null as latency_p99_ms,
    0 as value_issues,
    null as last_nightly_at,
    null as last_verify_at,
    null as last_verify_unequal,
    null as last_run_kind,
    null as last_run_created,
    null as last_run_updated,
    null as last_run_unchanged,
    true as is_polled,
    case when bool_or(no_access) then 'no access: ' else '' end
        || (array_agg(error order by no_access desc, not_before desc)
            filter (where error is not null))[1] as note
from polled_walks
left join (
    select portal_id, family, count(*) as entries
    from hubspot_polled
    where gone_at is not null
    group by portal_id, family
) as gone using (portal_id, family)
group by portal_id, family;
