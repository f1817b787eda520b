-- Keep the numbers of these contacts, and find again the contacts of the calls that they concern.
-- `ids` had their numbers or age changed; `moved` came, went or merged, so that calls that name
-- them may be another's.
create or replace function renumber_contacts(portal bigint, ids text[], moved text[]) returns void
    language plpgsql
    set search_path from current
as $$
declare
    keys text[] := key_contacts(portal, ids);
    touched text[] := calls_touched(portal, moved, keys);
begin
    insert into link_marks (portal_id, contact_ids, phone_keys) values (portal, moved, keys);
    if cardinality(touched) > 0 then
        perform link_calls(portal, touched);
    end if;
end
$$;
