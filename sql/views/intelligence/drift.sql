-- Are the leads that come still like those that the model learnt from? One row for each feature and
-- check. psi is the population stability index over ten bins, of the companies of the last 30 days
-- against the 18 months before the training. level is warn from 0.10, alert from 0.25, where it
-- also exceeds what chance makes of so few. Leaves out seasons and ages, which move by themselves.
create or replace view drift with (security_invoker = true) as
select portal_id, model_id, checked_at, feature, psi, chance, rows, level
from drift_checks;
