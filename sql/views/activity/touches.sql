-- When did our people speak with theirs? One row for each call, each e-mail that
-- was logged and each meeting, with the contacts and deals that it was with. A call that HubSpot
-- associates with no contact has the one of its number. is_outgoing: we began it. Leaves out what
-- is planned for later, meetings that were canceled, notes and tasks: they reach nobody.
create or replace view touches with (security_invoker = true) as
select
    calls.portal_id,
    'call' as kind,
    calls.hubspot_id as touch_id,
    calls.call_timestamp as touched_at,
    calls.hubspot_owner_id as owner_id,
    case
        when cardinality(calls.contact_ids) > 0 then calls.contact_ids
        else array_remove(array[links.contact_id], null)
    end as contact_ids,
    calls.deal_ids,
    calls.call_direction = 'OUTBOUND' as is_outgoing
from current_calls as calls
left join call_links as links
    on links.portal_id = calls.portal_id and links.call_id = calls.hubspot_id
where calls.call_timestamp <= now()
union all
select
    portal_id,
    'email' as kind,
    hubspot_id as touch_id,
    email_timestamp as touched_at,
    hubspot_owner_id as owner_id,
    contact_ids,
    deal_ids,
    direction = 'EMAIL' as is_outgoing
from current_emails
where email_timestamp <= now()
union all
select
    portal_id,
    'meeting' as kind,
    hubspot_id as touch_id,
    coalesce(start_time, meeting_timestamp) as touched_at,
    hubspot_owner_id as owner_id,
    contact_ids,
    deal_ids,
    true as is_outgoing
from current_meetings
where coalesce(start_time, meeting_timestamp) <= now() and outcome is distinct from 'CANCELED';
