-- Are urgent tickets resolved in time? One row for each priority; the rate is of the resolved
-- ones. Leaves out archived and merged tickets.
create or replace view support_by_priority with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as priority,
    n as ticket_count,
    hours / nullif(resolved, 0) as avg_resolution_hours,
    100 * in_time / nullif(in_time_known, 0) as sla_compliance,
    satisfaction / nullif(rated, 0) as avg_satisfaction
from portals
cross join lateral rolled_up(portals.portal_id, 'tickets', 'priority') as sums (
    key, n, hours, resolved, in_time, in_time_known, satisfaction, rated
);
