-- How right were forecasts? One row for each portal and owner (owner_id '' is everybody), over the
-- forecasts of quarters and months that are over and that were made before they began or on their
-- first day. within is how many in a hundred came between p10 and p90: 80 is right. The three errors
-- are medians in per cent of what came: ours, of HubSpot's weighted amount, and of what the period
-- before had brought. Leaves out periods in which nothing came, for errors have no measure there.
create or replace view forecast_accuracy with (security_invoker = true) as
select
    portal_id,
    owner_id,
    min(owner_name) as owner_name,
    count(*) as forecasts,
    percentage(count(*) filter (where is_within), count(*)) as within,
    round((percentile_cont(0.5) within group (order by abs(p50 - came) / came))::numeric * 100, 1)
        as median_error,
    round((percentile_cont(0.5) within group (order by abs(weighted - came) / came))::numeric * 100,
        1) as weighted_error,
    round((percentile_cont(0.5) within group (order by abs(before - came) / came))::numeric * 100,
        1) as before_error
from forecast_snapshots
where came > 0 and made_on <= period_start
group by portal_id, owner_id;
