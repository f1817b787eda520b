-- How many contacts are in each stage of their lifecycle, and how good are they? Leaves out
-- archived and merged contacts.
create or replace view contacts_by_lifecycle with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as lifecycle,
    n as count,
    score / nullif(scores, 0) as avg_lead_score,
    engagement / nullif(engagements, 0) as avg_engagement
from portals
cross join lateral rolled_up(portals.portal_id, 'contacts', 'lifecycle_stage') as sums (
    key, n, score, scores, engagement, engagements
);
