-- How well each company fits the best customers: its tier. A company without one has no value.
select company_id as hubspot_id, tier as value
  from company_scores
 where portal_id = %(portal_id)s
