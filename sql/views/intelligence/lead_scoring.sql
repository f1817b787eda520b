-- How likely is each contact to buy, and why? One row for each contact that was scored by the model
-- in use. score is 0 to 100, the chance in percent that the contact's newest open deal is won, or
-- would be if one began now (deal_id is NULL). reasons are [feature, value, points]; the points add
-- up to the score. is_by_rules says that no model was good enough yet. Leaves out archived, merged
-- and erased contacts, and what the model in the shadow says.
create or replace view lead_scoring with (security_invoker = true) as
select
    said.portal_id,
    said.contact_id,
    contact.firstname,
    contact.lastname,
    contact.email,
    contact.hubspot_owner_id as owner_id,
    contact.company_ids,
    said.deal_id,
    said.score,
    said.probability,
    said.reasons,
    said.as_of,
    said.model_id,
    models.kind as model_kind,
    models.made_at as model_made_at,
    models.state = 'refused' as is_by_rules
from lead_scores as said
join models
    on models.portal_id = said.portal_id
    and models.model_id = said.model_id
    and models.state in ('current', 'refused')
join hubspot_contacts_raw as contact
    on contact.portal_id = said.portal_id
    and contact.hubspot_id = said.contact_id
    and not contact.archived
    and contact.merged_into is null;
