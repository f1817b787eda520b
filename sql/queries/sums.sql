-- Sales by day; the function is in sql/functions.

-- name: settle_days
select settle_days(%(portal_id)s);
