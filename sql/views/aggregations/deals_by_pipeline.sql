-- Which pipelines bring how much? One row for each name of a pipeline. Won revenue counts won
-- deals alone, the win rate closed ones; archived and merged deals are left out.
create or replace view deals_by_pipeline with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as pipeline,
    won_amount as won_revenue,
    n as deal_count,
    100 * won / nullif(won + lost, 0) as win_rate,
    amount / nullif(amounts, 0) as avg_deal_size
from portals
cross join lateral rolled_up(portals.portal_id, 'deals', 'pipeline') as sums (
    key, n, won, lost, amount, amounts, won_amount, open_weighted, chance, chances, days,
    days_known, velocity, velocities
);
