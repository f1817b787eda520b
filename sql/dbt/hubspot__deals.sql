-- What is each deal, where does it stand, who owns it, how much was done for it? The package's
-- model hubspot__deals: one row for each deal. Archived deals are kept, with is_deal_deleted true:
-- leave them out of sums. amount is in the deal's currency. Ends with Spoke's typed columns; any
-- other property is properties ->> 'its_name'. Leaves out deals that were merged into another:
-- merged_deal_ids of that one names them.
create or replace view hubspot__deals with (security_invoker = true) as
select
    deal.portal_id,
    deal.portal_id::text as source_relation,
    deal.synced_at as _fivetran_synced,
    record_id(deal.hubspot_id) as deal_id,
    deal.dealname as deal_name,
    deal.raw_json -> 'properties' ->> 'description' as description,
    deal.amount,
    deal.closedate as closed_date,
    deal.createdate as created_date,
    deal.archived as is_deal_deleted,
    deal.pipeline as deal_pipeline_id,
    deal.dealstage as deal_pipeline_stage_id,
    record_id(deal.hubspot_owner_id) as owner_id,
    (
        select array_agg(record_id(merged))
        from string_to_table(deal.raw_json -> 'properties' ->> 'hs_merged_object_ids', ';')
            as merged
        where merged <> '' and merged <> deal.hubspot_id
    ) as merged_deal_ids,
    pipeline.gone_at is not null as is_deal_pipeline_deleted,
    pipeline.label as pipeline_label,
    case
        when pipeline.hubspot_id is not null
            then pipeline.gone_at is null
                and pipeline.raw_json ->> 'archived' is distinct from 'true'
    end as is_pipeline_active,
    stage.gone_at is not null as is_deal_pipeline_stage_deleted,
    property_datetime(pipeline.raw_json ->> 'createdAt') as deal_pipeline_created_at,
    property_datetime(pipeline.raw_json ->> 'updatedAt') as deal_pipeline_updated_at,
    stage.stage_label as pipeline_stage_label,
    owner.owner_active_user_id,
    owner.owner_email_address,
    owner.owner_full_name,
    owner.owner_primary_team_id,
    owner.owner_primary_team_name,
    owner.owner_all_team_ids,
    owner.owner_all_team_names,
    owner.owner_role_id,
    owner.owner_role_name,
    coalesce(counted.count_engagement_notes, 0) as count_engagement_notes,
    coalesce(counted.count_engagement_tasks, 0) as count_engagement_tasks,
    coalesce(counted.count_engagement_calls, 0) as count_engagement_calls,
    coalesce(counted.count_engagement_meetings, 0) as count_engagement_meetings,
    coalesce(counted.count_engagement_emails, 0) as count_engagement_emails,
    coalesce(counted.count_engagement_incoming_emails, 0) as count_engagement_incoming_emails,
    coalesce(counted.count_engagement_forwarded_emails, 0) as count_engagement_forwarded_emails,
    deal.deal_currency_code,
    deal.amount_in_home_currency,
    deal.qualified_status,
    deal.trial_status,
    deal.payment_status,
    deal.number_of_installments__months,
    deal.deal_whole_amount,
    deal.upfront_payment,
    deal.offer_given,
    deal.offer_accepted,
    deal.cancellation_reason,
    deal.phone_number,
    deal.raw_json -> 'properties' as properties
from hubspot_deals_raw as deal
left join hubspot_pipelines as pipeline
    on pipeline.portal_id = deal.portal_id
    and pipeline.object_type = 'deals'
    and pipeline.hubspot_id = deal.pipeline
left join pipeline_stages as stage
    on stage.portal_id = deal.portal_id
    and stage.object_type = 'deals'
    and stage.pipeline_id = deal.pipeline
    and stage.stage_id = deal.dealstage
left join hubspot__owners as owner
    on owner.portal_id = deal.portal_id and owner.hubspot_id = deal.hubspot_owner_id
left join (
    select
        portal_id,
        to_id,
        count(*) filter (where engagement_type = 'NOTE') as count_engagement_notes,
        count(*) filter (where engagement_type = 'TASK') as count_engagement_tasks,
        count(*) filter (where engagement_type = 'CALL') as count_engagement_calls,
        count(*) filter (where engagement_type = 'MEETING') as count_engagement_meetings,
        count(*) filter (where engagement_type = 'EMAIL') as count_engagement_emails,
        count(*) filter (where engagement_type = 'INCOMING_EMAIL')
            as count_engagement_incoming_emails,
        count(*) filter (where engagement_type = 'FORWARDED_EMAIL')
            as count_engagement_forwarded_emails
    from hubspot__engagement_links
    where to_type = 'deals'
    group by portal_id, to_id
) as counted
    on counted.portal_id = deal.portal_id and counted.to_id = deal.hubspot_id
where deal.merged_into is null;
