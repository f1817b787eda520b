-- Who subscribed to which e-mails, unsubscribed or bounced, when and by whose doing? One row for
-- each change of a person's e-mail preferences. subscription_type_id is NULL for changes of all
-- types at once. HubSpot names no contact: join contacts by email, in small letters. Leaves out
-- changes of erased people, and preferences that never changed.
create or replace view subscription_changes with (security_invoker = true) as
select
    told.portal_id,
    told.key as change_id,
    change.place::integer as change_number,
    told.updated_at as changed_at,
    lower(trim(told.raw_json ->> 'recipient')) as email,
    change.entry ->> 'change' as change,
    change.entry ->> 'changeType' as change_type,
    change.entry ->> 'source' as source,
    change.entry ->> 'subscriptionId' as subscription_type_id,
    kind.subscription_name,
    change.entry #>> '{causedByEvent,id}' as caused_by_event_id,
    told.synced_at
from hubspot_polled as told
cross join lateral jsonb_path_query(told.raw_json, '$.changes[*]')
    with ordinality as change (entry, place)
left join subscription_types as kind
    on
        told.portal_id = kind.portal_id
        and change.entry ->> 'subscriptionId' = kind.subscription_type_id
where told.family = 'subscription_changes';
