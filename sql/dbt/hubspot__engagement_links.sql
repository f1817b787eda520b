-- Which engagements does a record have? One row for each engagement and each contact, company, deal
-- or ticket (to_type, to_id) that it is linked to, which the models count: no model of the package.
-- An e-mail is incoming, forwarded or sent. Ids are text here, as in Spoke's own views. Leaves out
-- archived engagements, and communications, which the package counts nowhere.
create or replace view hubspot__engagement_links with (security_invoker = true) as
with engagements as (
    select
        portal_id,
        'calls' as object_type,
        hubspot_id,
        'CALL' as engagement_type,
        contact_ids,
        company_ids,
        deal_ids
    from current_calls
    union all
    select
        portal_id,
        'meetings' as object_type,
        hubspot_id,
        'MEETING' as engagement_type,
        contact_ids,
        company_ids,
        deal_ids
    from current_meetings
    union all
    select
        portal_id,
        'notes' as object_type,
        hubspot_id,
        'NOTE' as engagement_type,
        contact_ids,
        company_ids,
        deal_ids
    from current_notes
    union all
    select
        portal_id,
        'tasks' as object_type,
        hubspot_id,
        'TASK' as engagement_type,
        contact_ids,
        company_ids,
        deal_ids
    from current_tasks
    union all
    select
        portal_id,
        'emails',
        hubspot_id,
        case
            when direction in ('INCOMING_EMAIL', 'FORWARDED_EMAIL') then direction else 'EMAIL'
        end as engagement_type,
        contact_ids,
        company_ids,
        deal_ids
    from current_emails
)

select portal_id, 'contacts' as to_type, to_id, engagement_type, object_type, hubspot_id
from engagements
cross join unnest(contact_ids) as to_id
union all
select portal_id, 'companies', to_id, engagement_type, object_type, hubspot_id
from engagements
cross join unnest(company_ids) as to_id
union all
select portal_id, 'deals', to_id, engagement_type, object_type, hubspot_id
from engagements
cross join unnest(deal_ids) as to_id
union all
select
    engagements.portal_id,
    'tickets',
    ends.ticket_id,
    engagements.engagement_type,
    engagements.object_type,
    engagements.hubspot_id
from engagements
join (
    select portal_id, from_id as ticket_id, to_type as object_type, to_id as hubspot_id
    from hubspot_associations
    where from_type = 'tickets' and to_type in ('calls', 'emails', 'meetings', 'notes', 'tasks')
    union
    select portal_id, to_id, from_type, from_id
    from hubspot_associations
    where to_type = 'tickets' and from_type in ('calls', 'emails', 'meetings', 'notes', 'tasks')
) as ends
    on ends.portal_id = engagements.portal_id
    and ends.object_type = engagements.object_type
    and ends.hubspot_id = engagements.hubspot_id;
