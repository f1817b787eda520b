-- How do e-mails of each type of campaign do? Opened, clicked and unsubscribed are of the
-- delivered ones, bounced of the sent ones. Leaves out events of erased people.
create or replace view email_performance with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as campaign_type,
    delivered::bigint as delivered,
    100 * opened / nullif(delivered, 0) as open_rate,
    100 * clicked / nullif(delivered, 0) as click_rate,
    100 * bounced / nullif(sent, 0) as bounce_rate,
    100 * unsubscribed / nullif(delivered, 0) as unsub_rate
from portals
cross join lateral rolled_up(portals.portal_id, 'email_events', 'campaign_type') as sums (
    key, n, delivered, sent, opened, clicked, bounced, unsubscribed
);
