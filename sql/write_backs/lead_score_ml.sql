-- The score of each contact by the model in use, as a whole number. Shadow models write nothing.
select contact_id as hubspot_id, round(score)::text as value
  from lead_scores
  join models using (portal_id, model_id)
 where lead_scores.portal_id = %(portal_id)s and models.state = 'current'
