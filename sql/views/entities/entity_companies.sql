-- Which companies are there, for aggregations? One row for each, with size class, revenue per
-- employee and age. region and website_traffic_monthly are no properties of HubSpot: a portal's own
-- or a load's fill them. Leaves out archived and merged companies.
create or replace view entity_companies with (security_invoker = true) as
select
    portal_id,
    hubspot_id as company_id,
    name as company_name,
    industry,
    region,
    numberofemployees as employee_count,
    annualrevenue as annual_revenue,
    founded_year,
    website_traffic_monthly,
    createdate as created_at,
    employee_tier(numberofemployees) as employee_tier,
    annualrevenue / nullif(numberofemployees, 0) as revenue_per_employee,
    extract(year from now() at time zone 'UTC')::integer - founded_year as company_age,
    utc_month(createdate) as month
from hubspot_companies_raw
where not archived and merged_into is null;
