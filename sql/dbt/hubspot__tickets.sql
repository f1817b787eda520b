-- What is each ticket, where does it stand, whose is it? The package's model hubspot__tickets: one
-- row for each ticket. Archived tickets are kept, with is_ticket_deleted true. The arrays of ids
-- are text, as in the package, and each has the names in the same order; '' where there is none.
-- Any other property is properties ->> 'its_name'. Leaves out tickets that were merged into
-- another.
create or replace view hubspot__tickets with (security_invoker = true) as
select
    ticket.portal_id,
    ticket.portal_id::text as source_relation,
    record_id(ticket.hubspot_id) as ticket_id,
    ticket.archived as is_ticket_deleted,
    ticket.synced_at as _fivetran_synced,
    ticket.closed_date,
    ticket.createdate as created_date,
    property_datetime(ticket.raw_json -> 'properties' ->> 'first_agent_reply_date')
        as first_agent_reply_at,
    ticket.pipeline as ticket_pipeline_id,
    ticket.pipeline_stage as ticket_pipeline_stage_id,
    ticket.category as ticket_category,
    ticket.priority as ticket_priority,
    record_id(ticket.hubspot_owner_id) as owner_id,
    ticket.subject as ticket_subject,
    ticket.raw_json -> 'properties' ->> 'content' as ticket_content,
    case stage.is_closed when true then 'CLOSED' when false then 'OPEN' end as ticket_state,
    stage.is_closed,
    stage.stage_label as pipeline_stage_label,
    pipeline.label as pipeline_label,
    stage.display_order as pipeline_stage_order,
    pipeline.gone_at is not null as is_ticket_pipeline_deleted,
    stage.gone_at is not null as is_ticket_pipeline_stage_deleted,
    owner.owner_active_user_id,
    owner.owner_email_address,
    owner.owner_full_name,
    owner.owner_primary_team_id,
    owner.owner_primary_team_name,
    owner.owner_all_team_ids,
    owner.owner_all_team_names,
    owner.owner_role_id,
    owner.owner_role_name,
    ticket.deal_ids,
    (
        select array_agg(coalesce(deal.dealname, '') order by linked.place)
        from unnest(ticket.deal_ids) with ordinality as linked (id, place)
        left join hubspot_deals_raw as deal
            on deal.portal_id = ticket.portal_id and deal.hubspot_id = linked.id
    ) as deal_names,
    ticket.contact_ids,
    (
        select array_agg(coalesce(contact.email, '') order by linked.place)
        from unnest(ticket.contact_ids) with ordinality as linked (id, place)
        left join hubspot_contacts_raw as contact
            on contact.portal_id = ticket.portal_id and contact.hubspot_id = linked.id
    ) as contact_emails,
    ticket.company_ids,
    (
        select array_agg(coalesce(company.name, '') order by linked.place)
        from unnest(ticket.company_ids) with ordinality as linked (id, place)
        left join hubspot_companies_raw as company
            on company.portal_id = ticket.portal_id and company.hubspot_id = linked.id
    ) as company_names,
    coalesce(counted.count_engagement_notes, 0) as count_engagement_notes,
    coalesce(counted.count_engagement_tasks, 0) as count_engagement_tasks,
    coalesce(counted.count_engagement_calls, 0) as count_engagement_calls,
    coalesce(counted.count_engagement_meetings, 0) as count_engagement_meetings,
    coalesce(counted.count_engagement_emails, 0) as count_engagement_emails,
    coalesce(counted.count_engagement_incoming_emails, 0) as count_engagement_incoming_emails,
    coalesce(counted.count_engagement_forwarded_emails, 0) as count_engagement_forwarded_emails,
    ticket.raw_json -> 'properties' as properties
from hubspot_tickets_raw as ticket
left join hubspot_pipelines as pipeline
    on pipeline.portal_id = ticket.portal_id
    and pipeline.object_type = 'tickets'
    and pipeline.hubspot_id = ticket.pipeline
left join pipeline_stages as stage
    on stage.portal_id = ticket.portal_id
    and stage.object_type = 'tickets'
    and stage.pipeline_id = ticket.pipeline
    and stage.stage_id = ticket.pipeline_stage
left join hubspot__owners as owner
    on owner.portal_id = ticket.portal_id and owner.hubspot_id = ticket.hubspot_owner_id
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
    where to_type = 'tickets'
    group by portal_id, to_id
) as counted
    on counted.portal_id = ticket.portal_id and counted.to_id = ticket.hubspot_id
where ticket.merged_into is null;
