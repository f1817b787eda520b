-- When was each deal in which stage, and what set it there? The package's model
-- hubspot__deal_stages: one row for each stay of a deal in a stage, from the history of its stage.
-- date_stage_exited is NULL while the deal is there. The pipeline is the deal's at that time. A
-- stage that was set again is one stay. Leaves out deals whose history was not read yet, and deals
-- that were merged into another.
create or replace view hubspot__deal_stages with (security_invoker = true) as
with told as (
    select distinct on (portal_id, hubspot_id, stage ->> 'id')
        portal_id,
        hubspot_id as pipeline_id,
        stage ->> 'id' as stage_id,
        stage ->> 'archived' is distinct from 'true' as is_active,
        stage ->> 'createdAt' as created_at,
        stage ->> 'updatedAt' as updated_at
    from hubspot_pipelines
    cross join jsonb_path_query(raw_json, '$.stages[*]') with ordinality as listed (stage, place)
    where object_type = 'deals'
    order by portal_id, hubspot_id, stage ->> 'id', place
)

select
    stay.portal_id,
    stay.portal_id::text as source_relation,
    stay.deal_id || '-' || row_number() over (
        partition by stay.portal_id, stay.deal_id order by stay.entered_at
    ) as deal_stage_id,
    record_id(stay.deal_id) as deal_id,
    deal.dealname as deal_name,
    (
        select array_agg(record_id(merged))
        from string_to_table(deal.raw_json -> 'properties' ->> 'hs_merged_object_ids', ';')
            as merged
        where merged <> '' and merged <> deal.hubspot_id
    ) as merged_deal_ids,
    stay.entered_at as date_stage_entered,
    stay.left_at as date_stage_exited,
    stay.is_current as is_stage_active,
    stay.stage_id as pipeline_stage_id,
    stage.stage_label as pipeline_stage_label,
    stay.pipeline_id,
    pipeline.label as pipeline_label,
    version.source,
    version.source_id,
    case when stage.stage_id is not null then coalesce(told.is_active, false) end
        as is_pipeline_stage_active,
    case
        when pipeline.hubspot_id is not null
            then pipeline.gone_at is null
                and pipeline.raw_json ->> 'archived' is distinct from 'true'
    end as is_pipeline_active,
    stage.is_closed as is_pipeline_stage_closed,
    stage.display_order as pipeline_stage_display_order,
    substring(pipeline.raw_json ->> 'displayOrder' from '^-?[0-9]{1,9}$')::integer
        as pipeline_display_order,
    stage.probability as pipeline_stage_probability,
    pipeline.gone_at is not null as is_deal_pipeline_deleted,
    stage.gone_at is not null as is_deal_pipeline_stage_deleted,
    deal.archived as is_deal_deleted,
    property_datetime(told.created_at) as deal_pipeline_stage_created_at,
    property_datetime(told.updated_at) as deal_pipeline_stage_updated_at
from deal_stage_history as stay
join hubspot_deals_raw as deal
    on deal.portal_id = stay.portal_id and deal.hubspot_id = stay.deal_id
join property_history as version
    on version.portal_id = stay.portal_id
    and version.object_type = 'deals'
    and version.hubspot_id = stay.deal_id
    and version.property = 'dealstage'
    and version.changed_at = stay.entered_at
left join hubspot_pipelines as pipeline
    on pipeline.portal_id = stay.portal_id
    and pipeline.object_type = 'deals'
    and pipeline.hubspot_id = stay.pipeline_id
left join pipeline_stages as stage
    on stage.portal_id = stay.portal_id
    and stage.object_type = 'deals'
    and stage.pipeline_id = stay.pipeline_id
    and stage.stage_id = stay.stage_id
left join told
    on told.portal_id = stay.portal_id
    and told.pipeline_id = stay.pipeline_id
    and told.stage_id = stay.stage_id;
