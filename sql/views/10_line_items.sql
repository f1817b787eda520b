-- The line items of a portal as they are now, for everyone who queries line items.
-- Shows the frequently used properties as columns; any other is raw_json -> 'properties' ->> 'its_name'.
-- Deliberately leaves out archived line items and those merged into another: they count nowhere.
create or replace view line_items with (security_invoker = true) as
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
