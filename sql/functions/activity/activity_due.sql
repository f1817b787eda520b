-- Answers the portals whose touches are to be counted, the longest waiting first: once an hour, and
-- after each backfill. Not while one runs: its records come type by type, and half of them show
-- deals without a touch.
create or replace function activity_due() returns setof bigint
    language sql stable set search_path from current
as $$
    select portal_id
    from portals
    left join activity_rounds using (portal_id)
    left join lateral (
        select max(finished_at) as finished_at, bool_or(
            state in ('pending', 'running') and heartbeat_at > now() - interval '10 minutes'
        ) as is_running
        from scans
        where scans.portal_id = portals.portal_id and scans.kind = 'backfill'
    ) as backfills on true
    where backfills.is_running is not true
        and (
            counted_at is null
            or counted_at < now() - interval '50 minutes'
            or counted_at < backfills.finished_at
        )
    order by counted_at nulls first, portal_id
$$;
