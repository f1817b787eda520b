-- How do we do against each competitor? One row for each that people named, also where no deal
-- names it. win_rate is won / (won + lost), in per cent; NULL where nothing is decided yet.
-- sales_lost is in the company's money, of lost deals with a known amount. losses_30_days counts
-- deals with a close date within the last 30 days; three of them are a pattern. A deal that names
-- two competitors counts for both. Leaves out archived and merged deals.
create or replace view competitor_results with (security_invoker = true) as
select
    competitors.portal_id,
    competitors.name as competitor,
    competitors.aliases,
    count(deals.deal_id) as deals,
    count(*) filter (where deals.outcome = 'won') as won,
    count(*) filter (where deals.outcome = 'lost') as lost,
    count(*) filter (where deals.outcome = 'open') as open,
    round(
        100.0 * count(*) filter (where deals.outcome = 'won')
        / nullif(count(*) filter (where deals.outcome in ('won', 'lost')), 0), 2
    ) as win_rate,
    sum(deals.sale) filter (where deals.outcome = 'won') as sales_won,
    sum(deals.sale) filter (where deals.outcome = 'lost') as sales_lost,
    sum(deals.sale) filter (where deals.outcome = 'open') as sales_open,
    count(*) filter (
        where deals.outcome = 'lost' and deals.closedate > now() - interval '30 days'
        and deals.closedate <= now()
    ) as losses_30_days,
    max(deals.last_mentioned_at) as last_mentioned_at
from competitors
left join deal_competitors as deals
    on deals.portal_id = competitors.portal_id and deals.competitor = competitors.name
group by competitors.portal_id, competitors.name, competitors.aliases;
