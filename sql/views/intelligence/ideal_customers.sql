-- Which companies become customers? One row for each size and industry. leads are companies,
-- customers have a deal that was won or a customer's lifecycle stage. conversion is in percent,
-- with its 95 % Wilson interval; lift compares the smoothed rate with that of all companies. tier
-- is A to D. Leaves out a tier where there are under 10 companies, or size or industry is not
-- known.
create or replace view ideal_customers with (security_invoker = true) as
select
    portal_id,
    size_band,
    industry,
    leads,
    customers,
    round(100 * conversion, 2) as conversion,
    round(100 * least, 2) as least,
    round(100 * most, 2) as most,
    round(100 * smoothed, 2) as smoothed_rate,
    round(lift, 2) as lift,
    tier,
    as_of
from icp_segments;
