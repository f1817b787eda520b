-- Mark these contacts and phone keys, and find the calls that they concern once more. Called by the
-- triggers of contacts.
create or replace function contacts_changed(portal bigint, ids text[], keys text[])
    returns void
    language plpgsql
    set search_path from current
as $$
declare
    touched text[] := calls_touched(portal, ids, keys);
begin
    insert into link_marks (portal_id, contact_ids, phone_keys) values (portal, ids, keys);
    if cardinality(touched) > 0 then
        perform link_calls(portal, touched);
    end if;
end
$$;
