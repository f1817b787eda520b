-- Which records of a type are linked to this record of another type? The deals of a contact, the
-- contacts of a company. An index finds them for every role, where behind row security `contact_ids
-- @>` reads the whole table. Answers for every portal that the caller may see: ids repeat, so
-- compare portal_id.
create or replace function records_linked_to(object_type text, linked_type text, linked_id text)
    returns table (portal_id bigint, hubspot_id text)
    language sql stable rows 10
    set search_path from current
as $$
    select found.portal_id, found.hubspot_id
    from records_containing(
        records_linked_to.object_type,
        jsonb_build_object('associations', jsonb_build_object(
            records_linked_to.linked_type,
            jsonb_build_object('results', jsonb_build_array(
                jsonb_build_object('id', records_linked_to.linked_id)
            ))
        ))
    ) as found
$$;
