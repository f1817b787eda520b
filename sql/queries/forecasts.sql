-- Forecasts: what was known at a time, the snapshots, and what came of them.

-- name: forecast_stays
-- Stays of a year and a bit, as they were known then: one that ended later was still open. A deal
-- that came back to a stage has a stay for each time.
select deal_id,
       pipeline_id,
       stage_id,
       extract(epoch from entered_at)::float8 / 86400 as entered,
       case when left_at <= %(at)s then extract(epoch from left_at)::float8 / 86400 end as left,
       case when left_at <= %(at)s then next_pipeline end as next_pipeline,
       case when left_at <= %(at)s then next_stage end as next_stage
  from (select stays.*,
               lead(pipeline_id) over deal as next_pipeline,
               lead(stage_id) over deal as next_stage
          from deal_stage_history as stays
         where portal_id = %(portal_id)s
        window deal as (partition by deal_id order by entered_at)) as followed
 where entered_at <= %(at)s
   and (left_at is null or left_at > %(at)s - interval '400 days')
 order by deal_id, entered_at;

-- name: forecast_deals
-- Every deal as it was then. A deal without a stage is in no pipeline and is left out.
select past.deal_id,
       past.owner_id,
       past.pipeline_id,
       past.stage_id,
       past.amount::float8 as amount,
       extract(epoch from past.closedate)::float8 / 86400 as closes,
       extract(epoch from coalesce(deals.createdate, property_datetime(
           deals.raw_json ->> 'createdAt')))::float8 / 86400 as created
  from deals_as_of(%(at)s, %(portal_id)s) as past
  join hubspot_deals_raw as deals
    on deals.portal_id = past.portal_id and deals.hubspot_id = past.deal_id
 where past.stage_id is not null
 order by past.deal_id;

-- name: forecast_amounts
-- Amounts then, by deal.
select deal_id, pipeline_id, stage_id, amount::float8 as amount
  from deals_as_of(%(at)s, %(portal_id)s)
 where amount is not null;

-- name: forecast_meanings
select pipeline_id, stage_id, bool_or(coalesce(is_won, false)) as is_won,
       bool_or(coalesce(is_lost, false)) as is_lost,
       coalesce(max(probability), 0)::float8 as probability
  from pipeline_stages
 where portal_id = %(portal_id)s and object_type = 'deals'
 group by pipeline_id, stage_id;

-- name: put_forecasts
insert into forecasts (portal_id, period_start, period_end, owner_id, made_on, won, commit,
       best_case, pipeline, p10, p50, p90, mean, weighted, before, open_deals)
select %(portal_id)s, %(period_start)s, %(period_end)s, told.owner_id, %(made_on)s,
       round(told.won::numeric, 2), round(told.commit::numeric, 2),
       round(told.best_case::numeric, 2), round(told.pipeline::numeric, 2),
       round(told.p10::numeric, 2), round(told.p50::numeric, 2), round(told.p90::numeric, 2),
       round(told.mean::numeric, 2), round(told.weighted::numeric, 2),
       round(told.before::numeric, 2), told.open_deals
  from jsonb_to_recordset(%(forecasts)s::jsonb) as told (owner_id text, won float8, commit float8,
       best_case float8, pipeline float8, p10 float8, p50 float8, p90 float8, mean float8,
       weighted float8, before float8, open_deals integer)
    on conflict (portal_id, period_start, period_end, owner_id, made_on) do update
   set made_at = now(), won = excluded.won, commit = excluded.commit,
       best_case = excluded.best_case, pipeline = excluded.pipeline, p10 = excluded.p10,
       p50 = excluded.p50, p90 = excluded.p90, mean = excluded.mean,
       weighted = excluded.weighted, before = excluded.before, open_deals = excluded.open_deals;

-- name: put_forecast_stages
-- A stage that is not among them is gone or closed.
with told as (
    select *
      from jsonb_to_recordset(%(stages)s::jsonb)
           as stage (pipeline_id text, stage_id text, win_rate float8, deals integer)
), dropped as (
    delete from forecast_stages as kept
     where portal_id = %(portal_id)s
       and not exists (
           select from told
            where told.pipeline_id = kept.pipeline_id and told.stage_id = kept.stage_id)
)
insert into forecast_stages as kept (portal_id, pipeline_id, stage_id, win_rate, deals)
select %(portal_id)s, pipeline_id, stage_id, round(win_rate::numeric, 4), deals
  from told
    on conflict (portal_id, pipeline_id, stage_id) do update
   set made_at = now(), win_rate = excluded.win_rate, deals = excluded.deals;

-- name: score_forecasts
-- What came, of periods that are over. Deals are booked late and amounts are corrected, so a period
-- is looked at again every day for a month and then left as it is.
with over as (
    select distinct portal_id, period_start, period_end
      from forecasts
     where portal_id = %(portal_id)s and period_end <= %(today)s
       and (scored_at is null or period_end > %(today)s - 31)
), sums as (
    select over.period_start, over.period_end, deals.owner_id, sum(deals.sale) as came,
           grouping(deals.owner_id) = 1 as is_everybody
      from over
      join sales_deals as deals
        on deals.portal_id = over.portal_id and deals.is_won
       and deals.closedate >= over.period_start::timestamp at time zone %(time_zone)s
       and deals.closedate < over.period_end::timestamp at time zone %(time_zone)s
     group by over.period_start, over.period_end, rollup (deals.owner_id)
)
update forecasts as kept
   set came = coalesce((
           select sum(came)
             from sums
            where sums.period_start = kept.period_start and sums.period_end = kept.period_end
              and case when kept.owner_id = '' then is_everybody
                       else kept.owner_id = sums.owner_id end), 0),
       scored_at = now()
  from over
 where kept.portal_id = over.portal_id and kept.period_start = over.period_start
   and kept.period_end = over.period_end;

-- name: put_quota
insert into quotas (portal_id, owner_id, period_start, period_end, amount)
values (%(portal_id)s, %(owner_id)s, %(period_start)s, %(period_end)s, %(amount)s)
    on conflict (portal_id, owner_id, period_start, period_end) do update
   set amount = excluded.amount, set_at = now();

-- name: drop_quota
delete from quotas
 where portal_id = %(portal_id)s and owner_id = %(owner_id)s
   and period_start = %(period_start)s and period_end = %(period_end)s;
