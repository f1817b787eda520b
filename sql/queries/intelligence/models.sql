-- Models and what they said.

-- name: put_model
insert into models (portal_id, kind, made_at, state, refused, fingerprint, scores, artifact)
values (%(portal_id)s, %(kind)s, %(made_at)s, 'former', %(refused)s, %(fingerprint)s,
        %(scores)s::jsonb, %(artifact)s)
returning model_id;

-- name: leave_state
-- The model of this state, if any, becomes a former one.
update models
   set state = 'former', state_at = now()
 where portal_id = %(portal_id)s and state = %(state)s and model_id <> %(model_id)s;

-- name: enter_state
update models
   set state = %(state)s, state_at = now()
 where portal_id = %(portal_id)s and model_id = %(model_id)s
returning model_id;

-- name: model_before
-- The model that was current last before the one of now.
select model_id
  from models
 where portal_id = %(portal_id)s and state = 'former'
 order by state_at desc, model_id desc
 limit 1;

-- name: models_of
select model_id, kind, made_at, state, state_at, refused, fingerprint, scores
  from models
 where portal_id = %(portal_id)s
 order by model_id desc;

-- name: models_in_use
-- The current model and the one in the shadow; rules where no model was ever good enough.
with ranked as (
    select models.*, row_number() over (order by model_id desc) as place
      from models
     where portal_id = %(portal_id)s and state in ('current', 'refused')
       and not (state = 'refused' and exists (
           select from models as good
            where good.portal_id = %(portal_id)s and good.state = 'current'))
)
select model_id, kind, made_at, state, scores, artifact
  from ranked
 where place = 1
union all
select model_id, kind, made_at, state, scores, artifact
  from models
 where portal_id = %(portal_id)s and state = 'shadow';

-- name: closed_lately
-- Won and closed deals of the last 90 days, beside which a model's own are looked at.
select count(*) filter (where is_won) as won, count(*) as closed
  from sales_deals
 where portal_id = %(portal_id)s and (is_won or is_lost)
   and closedate > %(as_of)s::timestamptz - interval '90 days' and closedate <= %(as_of)s;

-- name: put_lead_scores
insert into lead_scores as kept
       (portal_id, contact_id, model_id, as_of, probability, score, reasons, deal_id)
select %(portal_id)s, contact_id, %(model_id)s, %(as_of)s, probability, score, reasons::jsonb,
       deal_id
  from unnest(%(contact_ids)s::text[], %(deal_ids)s::text[], %(probabilities)s::real[],
      %(scores)s::numeric[], %(reasons)s::text[])
      as said (contact_id, deal_id, probability, score, reasons)
 order by contact_id
    on conflict (portal_id, contact_id, model_id) do update
   set as_of = excluded.as_of, probability = excluded.probability, score = excluded.score,
       reasons = excluded.reasons, deal_id = excluded.deal_id;

-- name: forget_lead_scores
-- Scores of records that are gone, or of models that are not used any more.
delete from lead_scores
 where portal_id = %(portal_id)s
   and (as_of < %(as_of)s or model_id <> all (%(model_ids)s::bigint[]));

-- name: forget_models
-- A year of former models is kept.
delete from models
 where portal_id = %(portal_id)s and state in ('former', 'refused')
   and state_at < now() - interval '365 days';

-- name: segment_counts
-- Companies by size and industry, and how many are customers: by a deal that was won, or by their
-- lifecycle stage.
select size_band, industry, count(*)::int as leads, (count(*) filter (where is_customer))::int
           as customers
  from (select case when numberofemployees >= 500 then 'Enterprise'
                    when numberofemployees >= 50 then 'Mid-Market'
                    when numberofemployees is not null then 'SMB'
                    else 'Unknown' end as size_band,
               coalesce(nullif(trim(industry), ''), 'Unknown') as industry,
               coalesce(raw_json -> 'properties' ->> 'lifecyclestage'
                        = any (customer_stages(%(portal_id)s)), false)
                   or hubspot_id in (
                       select unnest(company_ids)
                         from sales_deals
                        where sales_deals.portal_id = %(portal_id)s and is_won) as is_customer
          from hubspot_companies_raw
         where portal_id = %(portal_id)s and not archived and merged_into is null) as companies
 group by size_band, industry
 order by size_band, industry;

-- name: companies_to_fit
select hubspot_id as company_id, numberofemployees::float8 as employees,
       nullif(trim(industry), '') as industry
  from hubspot_companies_raw
 where portal_id = %(portal_id)s and not archived and merged_into is null;

-- name: forget_segments
delete from icp_segments where portal_id = %(portal_id)s;

-- name: put_segments
insert into icp_segments
select %(portal_id)s, said.*
  from jsonb_populate_recordset(null::icp_segments, %(segments)s::jsonb) as row
 cross join lateral (
       select row.size_band, row.industry, %(as_of)s::timestamptz, row.leads, row.customers,
              row.conversion, row.least, row.most, row.smoothed, row.lift, row.tier
 ) as said;

-- name: put_company_scores
insert into company_scores as kept
       (portal_id, company_id, as_of, size_band, industry, tier, score, reasons)
select %(portal_id)s, company_id, %(as_of)s, size_band, industry, tier, score, reasons::jsonb
  from unnest(%(company_ids)s::text[], %(size_bands)s::text[], %(industries)s::text[],
      %(tiers)s::text[], %(scores)s::numeric[], %(reasons)s::text[])
      as said (company_id, size_band, industry, tier, score, reasons)
    on conflict (portal_id, company_id) do update
   set as_of = excluded.as_of, size_band = excluded.size_band, industry = excluded.industry,
       tier = excluded.tier, score = excluded.score, reasons = excluded.reasons;

-- name: forget_company_scores
delete from company_scores where portal_id = %(portal_id)s and as_of < %(as_of)s;

-- name: put_drift
insert into drift_checks (portal_id, model_id, checked_at, feature, psi, chance, rows, level)
values (%(portal_id)s, %(model_id)s, %(checked_at)s, %(feature)s, %(psi)s, %(chance)s, %(rows)s,
        %(level)s)
    on conflict do nothing;

-- name: assign
-- A contact keeps the variant that it got first.
insert into assignments (portal_id, experiment, contact_id, variant)
select %(portal_id)s, %(experiment)s, said.*
  from unnest(%(contact_ids)s::text[], %(variants)s::text[]) as said
 order by 3
    on conflict do nothing;

-- name: variant_outcomes
-- Of each variant's contacts, how many had a deal won since they were assigned.
select assignments.variant, count(*)::int as leads,
       (count(*) filter (where exists (
           select from sales_deals as deals
            where deals.portal_id = assignments.portal_id and deals.is_won
              and deals.contact_ids @> array[assignments.contact_id]
              and deals.closedate >= assignments.assigned_at)))::int as won
  from assignments
 where portal_id = %(portal_id)s and experiment = %(experiment)s
 group by assignments.variant
 order by assignments.variant;
