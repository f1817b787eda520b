-- How does the web go, month by month? Rates are of sessions of which it is known. Leaves out
-- sessions of erased people.
create or replace view web_by_month with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as month,
    n as sessions,
    100 * bounced / nullif(bounced_known, 0) as bounce_rate,
    100 * converted / nullif(converted_known, 0) as conversion_rate,
    100 * engaged / nullif(engaged_known, 0) as engagement_rate
from portals
cross join lateral rolled_up(portals.portal_id, 'web_sessions', 'month') as sums (
    key, n, seconds, timed, bounced, bounced_known, converted, converted_known, views,
    views_known, engaged, engaged_known
);
