-- What the API and the pages read of the pipeline's past.

-- name: read_pipeline_moves
-- Deals at the end of a day beside the same deals now, grouped by where they were and where they
-- are: no stage then, created since; none now, archived or merged since. Each group has what its
-- deals were worth, and its ten largest. Of an owner: deals that are or were the owner's;
-- an unknown owner is an error.
with was as materialized (
    select deal_id, dealname, coalesce(pipeline_id, '') as pipeline_id,
           coalesce(stage_id, '') as stage_id, amount, owner_id, is_known
      from deals_as_of(least(day_start(%(portal_id)s, %(day)s::date + 1), now()), %(portal_id)s)
),

here as materialized (
    select deal_id, dealname, coalesce(pipeline, '') as pipeline_id,
           coalesce(dealstage, '') as stage_id, sale as amount, hubspot_owner_id as owner_id
      from deal_money
     where portal_id = %(portal_id)s and not archived and merged_into is null
)

select was.pipeline_id as pipeline_then, was.stage_id as stage_then,
       here.pipeline_id as pipeline_now, here.stage_id as stage_now,
       count(*) as deals, sum(was.amount) as amount_then, sum(here.amount) as amount_now,
       count(*) filter (where not was.is_known) as unknown,
       (array_agg(jsonb_build_object(
            'deal_id', coalesce(here.deal_id, was.deal_id),
            'name', coalesce(here.dealname, was.dealname),
            'amount_then', was.amount, 'amount_now', here.amount)
            order by coalesce(here.amount, was.amount) desc nulls last, here.deal_id))[1:10]
           as largest
  from was
  full join here using (deal_id)
 where ((select asked_owner(%(portal_id)s, %(owner)s)) is null
        or %(owner)s in (was.owner_id, here.owner_id))
   and (%(pipeline)s::text is null or %(pipeline)s in (was.pipeline_id, here.pipeline_id))
 group by 1, 2, 3, 4
 order by 1, 2, 3, 4;

-- name: read_deal_stages
-- Every stage of every pipeline of deals in order, the ones that HubSpot lists no more, too.
select pipeline_id, min(pipeline_label) as pipeline_label, stage_id,
       min(stage_label) as stage_label, bool_or(is_won) as is_won, bool_or(is_lost) as is_lost,
       bool_and(gone_at is not null) as is_gone
  from pipeline_stages
 where portal_id = %(portal_id)s and object_type = 'deals'
 group by pipeline_id, stage_id
 order by 2, 1, min(display_order), 4, 3;
