-- Which competitors take deals from us again and again? One row for each with three deals or more
-- that were lost within 30 days, by close date, while they named it. Leaves out all others.
create or replace view competitor_patterns with (security_invoker = true) as
select portal_id, competitor, losses_30_days, sales_lost, win_rate
from competitor_results
where losses_30_days >= 3;
