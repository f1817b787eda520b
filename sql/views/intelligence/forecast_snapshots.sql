-- What did each forecast say, and what came? One row for each day, period and owner that a forecast
-- was made for; owner_id '' is everybody. period_end is the day after the last. came is NULL until
-- the period is over; is_within tells whether it lay between p10 and p90, which four in five should.
-- Sums by owner miss deals of nobody, which everybody's row has. Leaves out how each deal counted.
create or replace view forecast_snapshots with (security_invoker = true) as
select
    told.portal_id,
    told.period_start,
    told.period_end,
    told.owner_id,
    case when told.owner_id = '' then 'Everybody'
        else coalesce(owners.owner_name, told.owner_id) end as owner_name,
    told.made_on,
    told.made_at,
    told.won,
    told.commit,
    told.best_case,
    told.pipeline,
    told.p10,
    told.p50,
    told.p90,
    told.mean,
    told.weighted,
    told.before,
    told.open_deals,
    told.came,
    told.came between told.p10 and told.p90 as is_within
from forecasts as told
left join owners on owners.portal_id = told.portal_id and owners.owner_id = told.owner_id;
