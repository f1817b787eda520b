-- On which pages do sessions begin, and what comes of them? Rates are of sessions of which it is
-- known. Leaves out sessions of erased people.
create or replace view web_by_page with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as page,
    n as sessions,
    seconds / nullif(timed, 0) as avg_duration,
    100 * bounced / nullif(bounced_known, 0) as bounce_rate,
    100 * converted / nullif(converted_known, 0) as conversion_rate,
    views / nullif(views_known, 0) as avg_page_views
from portals
cross join lateral rolled_up(portals.portal_id, 'web_sessions', 'page_url') as sums (
    key, n, seconds, timed, bounced, bounced_known, converted, converted_known, views,
    views_known, engaged, engaged_known
);
