-- The few survivors of merges, so that looking up an old id reads them and nothing else.
create index on hubspot_contacts_raw (portal_id) where raw_json -> 'properties' ->> 'hs_merged_object_ids' <> '';
create index on hubspot_companies_raw (portal_id) where raw_json -> 'properties' ->> 'hs_merged_object_ids' <> '';
create index on hubspot_deals_raw (portal_id) where raw_json -> 'properties' ->> 'hs_merged_object_ids' <> '';
create index on hubspot_tickets_raw (portal_id) where raw_json -> 'properties' ->> 'hs_merged_object_ids' <> '';
