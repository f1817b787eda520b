-- How much was done for each deal, and since when nothing? One row for each deal with its touches
-- from creation to close (won and lost) or to now. days_since_touch counts, for open deals, from
-- the last touch, else from the creation; is_stalled: more than 14. Touches are counted hourly:
-- counted_at says when, NULL before the first time. Leaves out archived deals.
create or replace view deal_activity with (security_invoker = true) as
select
    deals.portal_id,
    deals.deal_id,
    deals.owner_id,
    deals.pipeline_id,
    deals.stage_id,
    deals.createdate,
    deals.closedate,
    deals.is_won,
    deals.is_lost,
    deals.sale,
    coalesce(sums.calls, 0) as calls,
    coalesce(sums.emails, 0) as emails,
    coalesce(sums.meetings, 0) as meetings,
    coalesce(sums.calls + sums.emails + sums.meetings, 0) as touches,
    sums.first_touch_at,
    sums.last_touch_at,
    idle.days as days_since_touch,
    coalesce(idle.days > 14, false) as is_stalled,
    rounds.counted_at
from sales_deals as deals
left join deal_touch_sums as sums
    on sums.portal_id = deals.portal_id and sums.deal_id = deals.deal_id
left join activity_rounds as rounds on rounds.portal_id = deals.portal_id
cross join lateral (
    select
        case
            when not (deals.is_won or deals.is_lost)
                then extract(epoch from now() - coalesce(sums.last_touch_at, deals.createdate))
                    / 86400
        end::numeric as days
) as idle;
