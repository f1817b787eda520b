-- Which industries are companies of, and how large are they? Leaves out archived and merged
-- companies.
create or replace view companies_by_industry with (security_invoker = true) as
select
    portals.portal_id,
    sums.key as industry,
    n as company_count,
    employees / nullif(employees_known, 0) as avg_employees,
    revenue / nullif(revenue_known, 0) as avg_revenue,
    traffic / nullif(traffic_known, 0) as avg_traffic
from portals
cross join lateral rolled_up(portals.portal_id, 'companies', 'industry') as sums (
    key, n, employees, employees_known, revenue, revenue_known, traffic, traffic_known
);
