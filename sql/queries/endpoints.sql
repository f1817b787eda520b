-- Where webhooks of ours go.

-- name: endpoints_of
select portal_id, endpoint_id, url, events, object_types, properties, secrets, created_at
  from webhook_endpoints
 where portal_id = %(portal_id)s
 order by created_at, endpoint_id;

-- name: every_endpoint
select portal_id, endpoint_id, url, events, object_types, properties, secrets, created_at
  from webhook_endpoints
 order by portal_id, created_at, endpoint_id;

-- name: endpoint_states
-- Each endpoint of a portal with what waits for it, was sent lately and is dead; no secret.
select endpoint_id, url, events, object_types, properties, created_at,
       count(message_id) filter (where sent_at is null and failed_at is null) as waiting,
       count(sent_at) as sent, count(failed_at) as dead, max(sent_at) as last_sent_at
  from webhook_endpoints as endpoint
  left join outgoing_messages as message
    on message.portal_id = endpoint.portal_id and message.channel = 'webhook'
   and message.destination = endpoint.endpoint_id
 where endpoint.portal_id = %(portal_id)s
 group by endpoint.portal_id, endpoint_id
 order by created_at, endpoint_id;

-- name: add_endpoint
insert into webhook_endpoints (portal_id, endpoint_id, url, secrets, events, object_types,
    properties)
values (%(portal_id)s, %(endpoint_id)s, %(url)s, %(secrets)s::bytea[], %(events)s::text[],
    %(object_types)s::text[], %(properties)s::text[]);

-- name: put_endpoint_secrets
update webhook_endpoints
   set secrets = %(secrets)s::bytea[]
 where portal_id = %(portal_id)s and endpoint_id = %(endpoint_id)s;

-- name: forget_endpoint_messages
delete from outgoing_messages
 where portal_id = %(portal_id)s and channel = 'webhook' and destination = %(endpoint_id)s;

-- name: remove_endpoint
delete from webhook_endpoints
 where portal_id = %(portal_id)s and endpoint_id = %(endpoint_id)s;
