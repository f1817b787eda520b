-- What the pages and the API ask of one portal.

-- name: sync_status_of
select *
  from sync_status
 where portal_id = %(portal_id)s and not is_polled
   and (rows > 0 or archived_rows > 0 or pending > 0 or failed > 0)
 order by rows desc, object_type;
