-- Companies were inserted or deleted: keep their keys.
create or replace function companies_came_or_went()
    returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    perform key_companies(portal_id, array_agg(hubspot_id)) from changed group by portal_id;
    return null;
end
$$;

create or replace trigger key_came after insert on hubspot_companies_raw
    referencing new table as changed
    for each statement execute function companies_came_or_went();
create or replace trigger key_went after delete on hubspot_companies_raw
    referencing old table as changed
    for each statement execute function companies_came_or_went();
