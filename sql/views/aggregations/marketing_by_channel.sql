-- Which channels bring people who stay? One row for each channel of marketing events. The rate is
-- of events whose session is known. Leaves out archived events.
create or replace view marketing_by_channel with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as channel,
    n as event_count,
    seconds / nullif(timed, 0) as avg_session_duration,
    100 * engaged / nullif(engaged_known, 0) as engagement_rate,
    depth / nullif(depths, 0) as avg_page_depth
from portals
cross join lateral rolled_up(portals.portal_id, 'marketing_events', 'channel') as sums (
    key, n, seconds, timed, engaged, engaged_known, depth, depths
);
