-- From which countries do sessions come? Rates are of sessions of which it is known. Leaves out
-- sessions of erased people.
create or replace view web_by_country with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as country,
    n as sessions,
    seconds / nullif(timed, 0) as avg_duration,
    100 * bounced / nullif(bounced_known, 0) as bounce_rate,
    100 * converted / nullif(converted_known, 0) as conversion_rate
from portals
cross join lateral rolled_up(portals.portal_id, 'web_sessions', 'country') as sums (
    key, n, seconds, timed, bounced, bounced_known, converted, converted_known, views,
    views_known, engaged, engaged_known
);
