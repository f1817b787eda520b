-- How much was won and how much is open, by the month in which deals were created? The pipeline is
-- of open deals, each times its chance. Won revenue counts won deals alone, the win rate closed
-- ones; archived and merged deals are left out.
create or replace view revenue_by_month with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as month,
    won_amount as won_revenue,
    open_weighted as weighted_pipeline,
    amount / nullif(amounts, 0) as avg_deal_size,
    n as deal_count,
    won::bigint as win_count,
    lost::bigint as loss_count
from portals
cross join lateral rolled_up(portals.portal_id, 'deals', 'month') as sums (
    key, n, won, lost, amount, amounts, won_amount, open_weighted, chance, chances, days,
    days_known, velocity, velocities
);
