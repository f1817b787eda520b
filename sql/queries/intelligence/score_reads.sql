-- What the API and the pages read of scores.

-- name: read_lead_scores
-- The best leads, a page behind (score, contact_id).
select contact_id, concat_ws(' ', firstname, lastname) as name, email, owner_id, deal_id,
       score::float8 as score, reasons, as_of, model_id, model_kind, is_by_rules
  from lead_scoring
 where portal_id = %(portal_id)s
   and (%(owner)s::text is null or owner_id = %(owner)s)
   and (%(with_deal)s::boolean is null or (deal_id is not null) = %(with_deal)s)
 order by score desc, contact_id
 limit %(limit)s;

-- name: read_ideal_customers
select size_band, industry, leads, customers, conversion::float8 as conversion,
       least::float8 as least, most::float8 as most, lift::float8 as lift, tier, as_of
  from ideal_customers
 where portal_id = %(portal_id)s
 order by tier nulls last, lift desc nulls last, leads desc;

-- name: read_models
select model_id, kind, state, made_at, refused, deals, winner, auc::float8 as auc,
       rules_auc::float8 as rules_auc, logistic_auc::float8 as logistic_auc,
       boosting_auc::float8 as boosting_auc, calibration_error::float8 as calibration_error,
       top_lift::float8 as top_lift, base_rate::float8 as base_rate, months, bands
  from model_quality
 where portal_id = %(portal_id)s
 order by model_id desc;

-- name: read_drift
-- The last check of the model in use.
select feature, psi::float8 as psi, chance::float8 as chance, rows, level, checked_at
  from drift
 where portal_id = %(portal_id)s
   and checked_at = (select max(checked_at) from drift where portal_id = %(portal_id)s)
 order by psi desc;
