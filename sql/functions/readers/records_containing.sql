-- Which records of a type hold this part in their raw_json? An index finds them for every role:
-- behind row security `@>` in a query reads the whole table. {"properties": {"favourite_colour":
-- "blue"}} asks by any property. Join the type's view by portal_id and hubspot_id for the rest.
-- Leaves out archived and merged records, as the views do.
create or replace function records_containing(object_type text, part jsonb)
    returns table (portal_id bigint, hubspot_id text)
    language plpgsql stable rows 10
    set search_path from current
as $$
begin
    if row_security_active(to_regclass('portals'::text)::oid) then
        return query
        select found.portal_id, found.hubspot_id
        from search_as_reader(records_containing.object_type, part) as found;
    else
        return query
        select found.portal_id, found.hubspot_id
        from search_records(null, records_containing.object_type, part) as found;
    end if;
end
$$;
