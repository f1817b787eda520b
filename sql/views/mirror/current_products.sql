-- The products of a portal as they are now, for our other views and for joins of many. Shows the
-- frequently used properties as columns. The view products, made from the portals' definitions by
-- db/typed_views.py, begins with the same columns and goes on with one for every other property.
-- Deliberately leaves out archived products and those merged into another: they count nowhere.
create or replace view current_products with (security_invoker = true) as
select
    portal_id,
    hubspot_id,
    name,
    sku,
    price,
    createdate,
    raw_json,
    updated_at,
    synced_at
from hubspot_products_raw
where not archived and merged_into is null;
