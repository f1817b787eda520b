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
