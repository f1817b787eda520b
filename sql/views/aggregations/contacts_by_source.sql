-- Where do contacts come from, and how good are they? Leaves out archived and merged contacts.
create or replace view contacts_by_source with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as source,
    n as count,
    score / nullif(scores, 0) as avg_lead_score,
    engagement / nullif(engagements, 0) as avg_engagement
from portals
cross join lateral rolled_up(portals.portal_id, 'contacts', 'lead_source') as sums (
    key, n, score, scores, engagement, engagements
);
