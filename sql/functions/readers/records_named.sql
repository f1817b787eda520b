-- Which contacts, companies or deals have all of these words, or parts of words, in their name? A
-- contact's name is first and last name and e-mail address, a company's name and domain. An index
-- finds words of three letters or more for every role: behind row security `ilike` reads the whole
-- table. Join the type's view by portal_id and hubspot_id for the rest. Leaves out archived and
-- merged records, as the views do, and every other type.
create or replace function records_named(object_type text, words text[])
    returns table (portal_id bigint, hubspot_id text)
    language plpgsql stable rows 10
    set search_path from current
as $$
begin
    if row_security_active(to_regclass('portals'::text)::oid) then
        return query
        select found.portal_id, found.hubspot_id
        from search_names_as_reader(records_named.object_type, words) as found;
    else
        return query
        select found.portal_id, found.hubspot_id
        from search_names(null, records_named.object_type, words) as found;
    end if;
end
$$;
