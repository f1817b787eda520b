-- Tell the listeners of spoke_changes that there are new rows in the view changes: which portal and
-- type, never a value, because everybody may listen. PostgreSQL sends it once the change commits,
-- and a message that is told twice in a transaction once.
create or replace function tell_changes() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    perform pg_notify(
        'spoke_changes',
        jsonb_build_object('portal_id', portal_id, 'object_type', object_type)::text
    )
    from (select distinct portal_id, object_type from new_rows) as changed;
    return null;
end
$$;

create or replace trigger tell_changes after insert on property_history
    referencing new table as new_rows for each statement execute function tell_changes();
