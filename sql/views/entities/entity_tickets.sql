-- Which tickets are there, for aggregations? One row for each: its stage by name (status), how long
-- it took to resolve, and whether that was in time. contact_id and company_id are the first of
-- each. satisfaction_score is no property of HubSpot: a portal's own or a load's fills it. quarter
-- is of its creation, in UTC. Leaves out archived and merged tickets.
create or replace view entity_tickets with (security_invoker = true) as
select
    tickets.portal_id,
    tickets.hubspot_id as ticket_id,
    tickets.contact_ids[1] as contact_id,
    tickets.company_ids[1] as company_id,
    tickets.category,
    tickets.priority,
    coalesce(stages.stage_label, tickets.pipeline_stage) as status,
    taken.hours as resolution_hours,
    tickets.satisfaction_score,
    tickets.num_interactions,
    tickets.createdate as created_at,
    sla_met(tickets.priority, taken.hours) as sla_met,
    utc_quarter(tickets.createdate) as quarter,
    utc_month(tickets.createdate) as month
from hubspot_tickets_raw as tickets
left join pipeline_stages as stages
    on stages.portal_id = tickets.portal_id
    and stages.object_type = 'tickets'
    and stages.pipeline_id = tickets.pipeline
    and stages.stage_id = tickets.pipeline_stage
cross join lateral (
    select tickets.time_to_close / 3600000 as hours
) as taken
where not tickets.archived and tickets.merged_into is null;
