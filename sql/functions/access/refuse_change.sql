-- Refuse to change or delete a row of audit_entries: an audit that can be edited proves nothing.
create or replace function refuse_change() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    raise exception 'audit_entries is append-only';
end
$$;

create or replace trigger only_added
    before update or delete on audit_entries
    for each statement
    execute function refuse_change();
