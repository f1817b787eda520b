-- Which <type in words> does a portal have now? For our other views and for joins of many. Shows
-- the frequently used properties as columns. The view <type>, made from the portals' definitions,
-- begins with the same columns and goes on with one for every other property. Leaves out archived
-- records and records merged into another: they count nowhere. <note>
create or replace view current_<type> with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    <columns>,
    raw_json,
    updated_at,
    synced_at<later>
from hubspot_<type>_raw
where not archived and merged_into is null;
