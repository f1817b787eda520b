-- Contacts were inserted or deleted: their numbers' calls may have another contact now.
create or replace function contacts_came_or_went()
    returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    perform contacts_changed(portal_id, array_agg(hubspot_id),
        array_remove(array_agg(distinct phone_key), null))
    from (
        select portal_id, hubspot_id,
            case when not archived and merged_into is null then contact_phone_key(phone_e164, phone)
                end as phone_key
        from changed
    ) as contacts
    group by portal_id;
    return null;
end
$$;

create or replace trigger link_came after insert on hubspot_contacts_raw
    referencing new table as changed
    for each statement execute function contacts_came_or_went();
create or replace trigger link_went after delete on hubspot_contacts_raw
    referencing old table as changed
    for each statement execute function contacts_came_or_went();
