-- Contacts came or went: the days of their creation must be counted again.
create or replace function mark_contacts() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    insert into sales_marks (portal_id, created_at)
    select portal_id, createdate from changed where createdate is not null;
    return null;
end
$$;

create or replace trigger mark_day_came after insert on hubspot_contacts_raw
    referencing new table as changed
    for each statement execute function mark_contacts();
create or replace trigger mark_day_went after delete on hubspot_contacts_raw
    referencing old table as changed
    for each statement execute function mark_contacts();
