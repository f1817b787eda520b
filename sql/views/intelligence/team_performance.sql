-- How does each owner do, quarter by quarter? One row for each owner and quarter in which deals
-- closed, by the portal's time zone: won and lost deals, what the won ones are worth, the share won,
-- the average sale, the average days from creation to close, and the quota of exactly that quarter
-- with its attainment in per cent. Leaves out deals of nobody, and deals without a close date.
create or replace view team_performance with (security_invoker = true) as
with closed as (
    select
        deals.*,
        date_trunc('quarter', deals.closedate at time zone coalesce(portals.time_zone, 'UTC'))::date
            as quarter
    from sales_deals as deals
    left join portals using (portal_id)
    where (deals.is_won or deals.is_lost) and deals.closedate is not null
        and deals.owner_id is not null
)

select
    closed.portal_id,
    closed.owner_id,
    coalesce(min(owners.owner_name), closed.owner_id) as owner_name,
    closed.quarter,
    count(*) filter (where closed.is_won) as won,
    count(*) filter (where closed.is_lost) as lost,
    percentage(count(*) filter (where closed.is_won), count(*)) as win_rate,
    coalesce(sum(closed.sale) filter (where closed.is_won), 0) as revenue,
    avg(closed.sale) filter (where closed.is_won) as average,
    round((avg(extract(epoch from closed.closedate - closed.createdate))
        filter (where closed.is_won) / 86400)::numeric, 1) as days_to_close,
    min(quotas.amount) as quota,
    round(100 * coalesce(sum(closed.sale) filter (where closed.is_won), 0) / min(quotas.amount), 1)
        as attainment
from closed
left join owners
    on owners.portal_id = closed.portal_id and owners.owner_id = closed.owner_id
left join quotas
    on quotas.portal_id = closed.portal_id and quotas.owner_id = closed.owner_id
    and quotas.period_start = closed.quarter
    and quotas.period_end = (closed.quarter + interval '3 months')::date
group by closed.portal_id, closed.owner_id, closed.quarter;
