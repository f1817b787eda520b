-- Which industries bring how much? One row for each industry of deals. Won revenue counts won
-- deals alone, the win rate closed ones; archived and merged deals are left out.
create or replace view deals_by_industry with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as industry,
    won_amount as won_revenue,
    amount / nullif(amounts, 0) as avg_deal_size,
    n as deal_count,
    100 * won / nullif(won + lost, 0) as win_rate
from portals
cross join lateral rolled_up(portals.portal_id, 'deals', 'industry') as sums (
    key, n, won, lost, amount, amounts, won_amount, open_weighted, chance, chances, days,
    days_known, velocity, velocities
);
