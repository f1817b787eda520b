-- A call was linked by hand, or no longer is: find its contact.
create or replace function manual_calls_changed()
    returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    perform calls_changed(portal_id, array_agg(from_id))
    from changed
    where kind = 'call_contact'
    group by portal_id;
    return null;
end
$$;

create or replace trigger link_calls_came after insert on manual_links
    referencing new table as changed
    for each statement execute function manual_calls_changed();
create or replace trigger link_calls_went after delete on manual_links
    referencing old table as changed
    for each statement execute function manual_calls_changed();
create or replace trigger link_calls_old after update on manual_links
    referencing old table as changed
    for each statement execute function manual_calls_changed();
create or replace trigger link_calls_new after update on manual_links
    referencing new table as changed
    for each statement execute function manual_calls_changed();
