-- Which deals name a competitor, and what became of them? One row for each deal and competitor,
-- with how many records name it and where. outcome is won, lost or open, as sales_deals has it.
-- Leaves out archived and merged deals.
create or replace view deal_competitors with (security_invoker = true) as
select
    named.portal_id,
    named.deal_id,
    named.competitor,
    case when deals.is_won then 'won' when deals.is_lost then 'lost' else 'open' end as outcome,
    deals.closedate,
    deals.sale,
    deals.owner_id,
    deals.pipeline_id,
    named.mentions,
    named.sources,
    named.first_mentioned_at,
    named.last_mentioned_at
from (
    select
        portal_id,
        deal_id,
        competitor,
        count(*) as mentions,
        array_agg(distinct source order by source) as sources,
        min(mentioned_at) as first_mentioned_at,
        max(mentioned_at) as last_mentioned_at
    from competitor_mentions
    group by portal_id, deal_id, competitor
) as named
join sales_deals as deals on deals.portal_id = named.portal_id and deals.deal_id = named.deal_id;
