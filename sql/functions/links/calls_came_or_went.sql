-- Calls were inserted or deleted: find their contacts.
create or replace function calls_came_or_went()
    returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    perform calls_changed(portal_id, array_agg(hubspot_id)) from changed group by portal_id;
    return null;
end
$$;

create or replace trigger link_came after insert on hubspot_calls_raw
    referencing new table as changed
    for each statement execute function calls_came_or_went();
create or replace trigger link_went after delete on hubspot_calls_raw
    referencing old table as changed
    for each statement execute function calls_came_or_went();
