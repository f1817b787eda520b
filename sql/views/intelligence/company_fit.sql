-- How well does each company fit the best customers? One row for each company: its segment's tier,
-- and a score from 0 to 100 (50 is the average, 25 more for each doubling of the segment's lift).
-- reasons are [what, value, points]; the points add up to the score. Leaves out archived and merged
-- companies.
create or replace view company_fit with (security_invoker = true) as
select
    said.portal_id,
    said.company_id,
    company.name as company_name,
    said.size_band,
    said.industry,
    said.tier,
    said.score,
    said.reasons,
    said.as_of
from company_scores as said
join hubspot_companies_raw as company
    on company.portal_id = said.portal_id
    and company.hubspot_id = said.company_id
    and not company.archived
    and company.merged_into is null;
