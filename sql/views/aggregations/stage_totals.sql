-- How many deals are in each stage now, and what are they worth? One row for each name of a stage,
-- over all pipelines. Leaves out archived and merged deals.
create or replace view stage_totals with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as stage,
    n as count,
    amount as total_value,
    chance / nullif(chances, 0) as avg_probability,
    days / nullif(days_known, 0) as avg_days
from portals
cross join lateral rolled_up(portals.portal_id, 'deals', 'stage') as sums (
    key, n, won, lost, amount, amounts, won_amount, open_weighted, chance, chances, days,
    days_known, velocity, velocities
);
