-- The products of a portal as they are now, for everyone who queries products.
-- Shows the frequently used properties as columns; any other is raw_json -> 'properties' ->> 'its_name'.
-- Deliberately leaves out archived products and those merged into another: they count nowhere.
create or replace view products with (security_invoker = true) as
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
