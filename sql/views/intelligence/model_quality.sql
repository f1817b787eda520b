-- How good is each lead scoring model? One row for each model that was trained, with what it
-- reached on later deals of companies that it was not taught with. auc is how often a deal that was
-- won has the higher score; calibration_error how far the scores are from what came; top_lift by
-- how much the best tenth is won more often than all. refused says why rules score instead. Leaves
-- out models that were replaced over a year ago.
create or replace view model_quality with (security_invoker = true) as
select
    portal_id,
    model_id,
    kind,
    state,
    made_at,
    refused,
    fingerprint,
    (scores ->> 'deals')::integer as deals,
    scores ->> 'winner' as winner,
    (scores -> 'rivals' -> (scores ->> 'winner') ->> 'auc')::numeric as auc,
    (scores -> 'rivals' -> 'rules' ->> 'auc')::numeric as rules_auc,
    (scores -> 'rivals' -> 'logistic' ->> 'auc')::numeric as logistic_auc,
    (scores -> 'rivals' -> 'boosting' ->> 'auc')::numeric as boosting_auc,
    (scores -> 'rivals' -> (scores ->> 'winner') ->> 'calibration_error')::numeric
        as calibration_error,
    (scores -> 'rivals' -> (scores ->> 'winner') ->> 'top_lift')::numeric as top_lift,
    (scores ->> 'base_rate')::numeric as base_rate,
    scores -> 'months' as months,
    scores -> 'bands' as bands
from models;
