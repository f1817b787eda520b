-- Which kinds of marketing events bring people who stay? The rate is of events whose session is
-- known. Leaves out archived events.
create or replace view marketing_by_event_type with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as event_type,
    n as event_count,
    100 * engaged / nullif(engaged_known, 0) as engagement_rate,
    seconds / nullif(timed, 0) as avg_session_duration
from portals
cross join lateral rolled_up(portals.portal_id, 'marketing_events', 'event_type') as sums (
    key, n, seconds, timed, engaged, engaged_known, depth, depths
);
