-- Contacts came or went: keep their numbers and find their calls, once for each statement.
create or replace function contacts_came_or_went() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    perform renumber_contacts(portal_id, array_agg(hubspot_id), array_agg(hubspot_id))
    from changed
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
