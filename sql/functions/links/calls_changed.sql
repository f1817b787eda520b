-- Mark these calls, and find their contacts once more. The triggers of calls and manual links call
-- it.
create or replace function calls_changed(portal bigint, ids text[])
    returns void
    language plpgsql
    set search_path from current
as $$
begin
    insert into link_marks (portal_id, call_ids) values (portal, ids);
    perform link_calls(portal, ids);
end
$$;
