-- The line items of a portal as they are now, for our other views and for joins of many. Shows the
-- frequently used properties as columns. The view line_items, made from the portals' definitions by
-- db/typed_views.py, begins with the same columns and goes on with one for every other property.
-- Deliberately leaves out archived line items and those merged into another: they count nowhere.
create or replace view current_line_items with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    name,
    product_id,
    quantity,
    price,
    amount,
    createdate,
    deal_ids,
    raw_json,
    updated_at,
    synced_at
from hubspot_line_items_raw
where not archived and merged_into is null;
