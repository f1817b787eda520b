-- At which hour of sending are e-mails opened? Opened and clicked are of the delivered ones.
-- Leaves out events of erased people.
create or replace view email_by_hour with (security_invoker = true) as
select
    portals.portal_id,
    sums.key::integer as hour,
    delivered::bigint as delivered,
    100 * opened / nullif(delivered, 0) as open_rate,
    100 * clicked / nullif(delivered, 0) as click_rate
from portals
cross join lateral rolled_up(portals.portal_id, 'email_events', 'send_hour') as sums (
    key, n, delivered, sent, opened, clicked, bounced, unsubscribed
);
