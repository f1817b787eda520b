-- How do e-mails do, month by month? Opened and clicked are of the delivered ones, bounced of the
-- sent ones. Leaves out events of erased people.
create or replace view email_by_month with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as month,
    delivered::bigint as delivered,
    100 * opened / nullif(delivered, 0) as open_rate,
    100 * clicked / nullif(delivered, 0) as click_rate,
    100 * bounced / nullif(sent, 0) as bounce_rate
from portals
cross join lateral rolled_up(portals.portal_id, 'email_events', 'month') as sums (
    key, n, delivered, sent, opened, clicked, bounced, unsubscribed
);
