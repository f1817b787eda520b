-- Which regions bring how much? One row for each region of deals. Won revenue counts won deals
-- alone, the win rate closed ones; archived and merged deals are left out.
create or replace view deals_by_region with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as region,
    won_amount as won_revenue,
    amount / nullif(amounts, 0) as avg_deal_size,
    n as deal_count,
    100 * won / nullif(won + lost, 0) as win_rate,
    velocity / nullif(velocities, 0) as avg_velocity
from portals
cross join lateral rolled_up(portals.portal_id, 'deals', 'region') as sums (
    key, n, won, lost, amount, amounts, won_amount, open_weighted, chance, chances, days,
    days_known, velocity, velocities
);
