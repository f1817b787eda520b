-- Privacy deletions that HubSpot announced and has not carried out yet, as far as we can see.

-- name: request_privacy
-- Told again it is asked about at once, also where an operator took an earlier one back.
insert into privacy_requests as known (portal_id, object_type, hubspot_id)
select %(portal_id)s, %(object_type)s, unnest(%(hubspot_ids)s::text[])
    on conflict (portal_id, object_type, hubspot_id) do update
   set next_at = now(), undone_at = null, undone_reason = null,
       asked_at = case when known.undone_at is null then known.asked_at else now() end;

-- name: requested_ids
-- Which of these ids are hidden until HubSpot knows them no longer.
select hubspot_id from privacy_requests
 where portal_id = %(portal_id)s and object_type = %(object_type)s and undone_at is null
   and hubspot_id = any(%(hubspot_ids)s::text[]);

-- name: due_privacy
select portal_id, object_type, array_agg(hubspot_id order by hubspot_id) as hubspot_ids
  from (select portal_id, object_type, hubspot_id
          from privacy_requests
         where undone_at is null and next_at <= now()
         order by next_at
         limit 100) as due
 group by portal_id, object_type
 order by portal_id, object_type;

-- name: postpone_privacy
-- Asked again after 1, 2, 4 … minutes, at last every six hours: HubSpot may take days.
update privacy_requests
   set attempts = attempts + 1, last_answer = %(answer)s,
       next_at = now() + least(interval '1 minute' * 2 ^ least(attempts, 12), interval '6 hours')
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and hubspot_id = any(%(hubspot_ids)s::text[]);

-- name: settle_privacy
delete from privacy_requests
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and hubspot_id = any(%(hubspot_ids)s::text[]);

-- name: read_privacy
select portal_id, object_type, hubspot_id, asked_at, next_at, attempts, last_answer, undone_at,
       undone_reason
  from privacy_requests
 where %(portal_id)s::bigint is null or portal_id = %(portal_id)s
 order by portal_id, object_type, asked_at, hubspot_id;

-- name: count_purges
-- Hashes of erased people's addresses are no records.
select portal_id, object_type, count(*) as erased, max(purged_at) as last_at
  from purges
 where (%(portal_id)s::bigint is null or portal_id = %(portal_id)s)
   and object_type <> 'email_addresses'
 group by portal_id, object_type
 order by portal_id, object_type;

-- name: undo_privacy
insert into privacy_requests as known
       (portal_id, object_type, hubspot_id, undone_at, undone_reason)
values (%(portal_id)s, %(object_type)s, %(hubspot_id)s, now(), %(reason)s)
    on conflict (portal_id, object_type, hubspot_id) do update
   set undone_at = now(), undone_reason = excluded.undone_reason;

-- name: undo_purge
delete from purges
 using portals
 where purges.portal_id = %(portal_id)s and portals.portal_id = purges.portal_id
   and object_type = %(object_type)s
   and (id_hash = sha256(salt || convert_to(%(object_type)s || ':' || %(hubspot_id)s, 'UTF8'))
        or id_hash = any(%(hashes)s::bytea[]));

-- name: free_addresses
-- Addresses of a person whose erasure is taken back.
delete from purges
 using portals
 where purges.portal_id = %(portal_id)s and portals.portal_id = purges.portal_id
   and person_hashes && (array[sha256(salt || convert_to(
           %(object_type)s || ':' || %(hubspot_id)s, 'UTF8'))] || %(hashes)s::bytea[]);
