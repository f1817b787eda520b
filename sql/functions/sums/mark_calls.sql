-- A stored link came, went or changed: the days of its call must be counted again. Marks are only
-- ever added and wait for no lock: a lock here would make deadlocks of the workers' batches.
create or replace function mark_calls() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    insert into sales_marks (portal_id, contact_id, call_at)
    select portal_id, contact_id, call_timestamp from changed where call_timestamp is not null;
    return null;
end
$$;

create or replace trigger mark_day_came after insert on call_links
    referencing new table as changed
    for each statement execute function mark_calls();
create or replace trigger mark_day_went after delete on call_links
    referencing old table as changed
    for each statement execute function mark_calls();
create or replace trigger mark_day_old after update on call_links
    referencing old table as changed
    for each statement execute function mark_calls();
create or replace trigger mark_day_new after update on call_links
    referencing new table as changed
    for each statement execute function mark_calls();
