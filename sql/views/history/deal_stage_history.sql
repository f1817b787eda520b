-- When was each deal in which stage? One row for each stay of a deal in a stage, for cycle times
-- and funnels. entered_at is HubSpot's time. left_at is when the next stage began or the deal was
-- archived; NULL while it is there. A stage that was set again is one stay. pipeline_id is the
-- deal's pipeline at that time. Leaves out records that were merged away: the survivor has
-- HubSpot's joined history. Stays from before Spoke are here once they were read (`spoke history`,
-- the clock every hour). Pipelines are joined by the time that they lasted, all at once: a look-up
-- for each stay took half of the time.
create or replace view deal_stage_history with (security_invoker = true) as
with versions as (
    select
        portal_id,
        hubspot_id,
        changed_at,
        value as stage_id,
        lag(value) over deal is distinct from value as is_new
    from property_history
    where object_type = 'deals' and property = 'dealstage'
    window deal as (partition by portal_id, hubspot_id order by changed_at)
),

stays as (
    select
        versions.*,
        lead(changed_at) over (partition by portal_id, hubspot_id order by changed_at) as next_at
    from versions
    where is_new
),

pipelines as (
    select
        portal_id,
        hubspot_id,
        value as pipeline_id,
        changed_at as since,
        coalesce(lead(changed_at)
            over (partition by portal_id, hubspot_id order by changed_at), 'infinity') as until
    from property_history
    where object_type = 'deals' and property = 'pipeline'
)

select
    stays.portal_id,
    stays.hubspot_id as deal_id,
    coalesce(was.pipeline_id, deals.pipeline) as pipeline_id,
    stays.stage_id,
    stays.changed_at as entered_at,
    coalesce(stays.next_at, deals.archived_at) as left_at,
    coalesce(stays.next_at, deals.archived_at, now()) - stays.changed_at as duration,
    stays.next_at is null and not deals.archived as is_current
from stays
join hubspot_deals_raw as deals
    on deals.portal_id = stays.portal_id
    and deals.hubspot_id = stays.hubspot_id
    and deals.merged_into is null
left join pipelines as was
    on was.portal_id = stays.portal_id
    and was.hubspot_id = stays.hubspot_id
    and was.since <= stays.changed_at
    and was.until > stays.changed_at
where stays.stage_id is not null;
