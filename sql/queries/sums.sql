-- Sales by day; the function is in sql/functions.

-- name: settle_days
-- Not while a backfill of the portal runs: every half minute it would count everything again, at
-- the cost of the rows that come in. With so many marks, each query counts from the records anyway.
select settle_days(%(portal_id)s, %(at_most)s) as marks
 where not exists (
       select
         from scans
        where portal_id = %(portal_id)s and kind = 'backfill'
          and state = 'running' and heartbeat_at > now() - %(silence)s);

-- name: days_are_due
-- Whether a slice left something to count. Marks that came meanwhile wait for the next wake-up.
select built_at is null or cardinality(due_call_days) > 0
       or cardinality(due_contact_days) > 0 as due
  from sales_sums
 where portal_id = %(portal_id)s;

-- name: entities_to_settle
-- Entities of which changes are not folded, or sums not built.
select portal_id, entity
  from portals
 cross join rollup_entries()
  left join rollup_states using (portal_id, entity)
 where built_generation is distinct from generation
    or built_generation is null
    or exists (select
                 from rollup_rows
                where rollup_rows.portal_id = portals.portal_id
                  and rollup_rows.entity = rollup_entries.entity and not is_folded);

-- name: settle_rollup
select settle_rollup(%(portal_id)s, %(entity)s) as rows;

-- name: give_up_rollups
-- Of every portal, as the entity with this table.
select give_up_rollups(portal_id, entity)
  from portals
  join rollup_entries() on relation = %(table)s
 order by portal_id;
