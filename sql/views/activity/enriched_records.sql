-- What does an enrichment provider know of a record? One row for each record and provider that was
-- asked, with its last answer: found has what it told, by the provider's own names; NULL where it
-- knew nothing. Leaves out what was asked before, and what it cost: enrichment_costs has that.
create or replace view enriched_records with (security_invoker = true) as
select
    portal_id,
    object_type,
    hubspot_id,
    provider,
    looked_at,
    found
from enrichments;
