-- Which owner does a question mean? NULL means everybody. An owner whom HubSpot does not list and
-- whom no deal, contact or call names is an error: zeros would look like an answer. Owners who left
-- are known: HubSpot's list keeps them, and so do records.
create or replace function asked_owner(portal bigint, owner text)
    returns text
    language plpgsql stable
    set search_path from current
    set enable_seqscan = off  -- an index tells of each, however many deals the owner has
as $$
begin
    if owner is null
        or exists (select from hubspot_owners
            where portal_id = portal and hubspot_id = owner)
        or exists (select from hubspot_deals_raw
            where portal_id = portal and hubspot_owner_id = owner)
        or exists (select from hubspot_contacts_raw
            where portal_id = portal and hubspot_owner_id = owner)
        or exists (select from call_links
            where portal_id = portal and hubspot_owner_id = owner)
    then
        return owner;
    end if;
    raise exception 'Unknown owner: portal % has no owner %.', portal, owner
        using hint = 'select owner_id, owner_name from owners shows them.',
            errcode = 'no_data_found';
end
$$;
