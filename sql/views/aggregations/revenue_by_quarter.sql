-- How much was won and how much is open, by the quarter in which deals were created? The pipeline
-- is of open deals, each times its chance. Won revenue counts won deals alone, the win rate closed
-- ones; archived and merged deals are left out.
create or replace view revenue_by_quarter with (security_invoker = true) as
select
    portals.portal_id,
    left(sums.key, 5) || 'Q' || (right(sums.key, 2)::integer + 2) / 3 as quarter,
    sum(won_amount) as won_revenue,
    sum(open_weighted) as weighted_pipeline,
    sum(amount) / nullif(sum(amounts), 0) as avg_deal_size,
    sum(n)::bigint as deal_count,
    sum(won)::bigint as win_count,
    sum(lost)::bigint as loss_count
from portals
cross join lateral rolled_up(portals.portal_id, 'deals', 'month') as sums (
    key, n, won, lost, amount, amounts, won_amount, open_weighted, chance, chances, days,
    days_known, velocity, velocities
)
group by 1, 2;
