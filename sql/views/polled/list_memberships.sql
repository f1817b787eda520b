-- Who is on which list? One row for each record on a list that HubSpot still shows: join it with
-- the view of object_type by record_id = hubspot_id. Leaves out members that left: they stay in
-- hubspot_list_memberships with gone_at, when that was found.
create or replace view list_memberships with (security_invoker = true) as
select
    member.portal_id,
    member.list_id,
    list.list_name,
    member.object_type,
    member.record_id::text as record_id,
    member.joined_at,
    member.synced_at
from hubspot_list_memberships as member
join lists as list using (portal_id, list_id)
where member.gone_at is null and list.gone_at is null;
