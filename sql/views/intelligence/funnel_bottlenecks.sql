-- Where do deals get lost or stuck? One row for each open stage of each pipeline: how many stays
-- ended there, how many in a hundred of them went on to a later stage, and how long half of them
-- took. waiting is what the open deals in it are worth; overdue counts the ones that have stayed
-- longer than nine in ten stays that ended. leak and slowness are places within the pipeline: 1 is
-- the stage that loses the largest share, and the one that takes longest. Leaves out closed stages.
create or replace view funnel_bottlenecks with (security_invoker = true) as
with closed as (
    select portal_id, pipeline_id, stage_id
    from pipeline_stages
    where object_type = 'deals' and is_closed
),

open as (
    select
        stays.portal_id,
        stays.pipeline_id,
        stays.stage_id,
        coalesce(sum(deals.sale), 0) as waiting,
        array_agg(stays.duration) as ages
    from deal_stage_history as stays
    join sales_deals as deals
        on deals.portal_id = stays.portal_id and deals.deal_id = stays.deal_id
    where stays.is_current
    group by stays.portal_id, stays.pipeline_id, stays.stage_id
)

select
    durations.portal_id,
    durations.pipeline_id,
    durations.stage_id,
    durations.stage_label,
    durations.display_order,
    durations.stays,
    durations.advancement,
    durations.median,
    durations.p90,
    durations.open,
    coalesce(open.waiting, 0) as waiting,
    (select count(*) from unnest(open.ages) as age where age > durations.p90) as overdue,
    rank() over (
        partition by durations.portal_id, durations.pipeline_id
        order by durations.advancement nulls last
    ) as leak,
    rank() over (
        partition by durations.portal_id, durations.pipeline_id
        order by durations.median desc nulls last
    ) as slowness
from deal_stage_durations as durations
left join open using (portal_id, pipeline_id, stage_id)
where not exists (
    select from closed
    where closed.portal_id = durations.portal_id and closed.pipeline_id = durations.pipeline_id
        and closed.stage_id = durations.stage_id
);
