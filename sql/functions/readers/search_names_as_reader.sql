-- Run search_names for a reader, with our rights, so that an index answers: as search_as_reader
-- does for search_records, and with the same care. Looks in the reader's portals and no others.
create or replace function search_names_as_reader(object_type text, words text[])
    returns table (portal_id bigint, hubspot_id text)
    language plpgsql stable security definer rows 10
    set search_path from current
as $$
declare
    asked text := current_setting('role'::text, true);
    reader name := case when asked = 'none'::text then session_user else asked::name end;
    portals bigint[] := portals_for(reader);
begin
    return query
    select found.portal_id, found.hubspot_id
    from search_names(portals, search_names_as_reader.object_type, words) as found;
end
$$;
