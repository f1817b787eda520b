-- What will be won? The newest forecast of each period that is not over, for everybody (owner_id '')
-- and for each owner, with the quota. commit is what is won and deals with a chance of 0.9 and more;
-- best_case goes down to 0.5; pipeline is all that is open. coverage is the open pipeline divided
-- by what is missing to the quota; NULL without a quota, or when it is reached. attainment is what
-- is won in per cent of the quota. Everybody's quota is the sum of the owners'. Leaves out quotas
-- of periods that have no forecast.
create or replace view forecast_now with (security_invoker = true) as
with newest as (
    select portal_id, period_start, period_end, max(made_on) as made_on
    from forecasts
    group by portal_id, period_start, period_end
),

asked as (
    select portal_id, owner_id, period_start, period_end, amount
    from quotas
    union all
    select portal_id, '', period_start, period_end, sum(amount)
    from quotas
    group by portal_id, period_start, period_end
)

select
    told.portal_id,
    told.period_start,
    told.period_end,
    told.owner_id,
    told.owner_name,
    told.made_at,
    told.won,
    told.commit,
    told.best_case,
    told.pipeline,
    told.p10,
    told.p50,
    told.p90,
    told.weighted,
    told.before,
    told.open_deals,
    asked.amount as quota,
    case when asked.amount > told.won
        then round((told.pipeline - told.won) / (asked.amount - told.won), 2) end as coverage,
    round(100 * told.won / asked.amount, 1) as attainment
from forecast_snapshots as told
join newest using (portal_id, period_start, period_end, made_on)
left join portals on portals.portal_id = told.portal_id
left join asked
    on asked.portal_id = told.portal_id and asked.owner_id = told.owner_id
    and asked.period_start = told.period_start and asked.period_end = told.period_end
where told.period_end > (now() at time zone coalesce(portals.time_zone, 'UTC'))::date;
