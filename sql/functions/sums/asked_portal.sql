-- The portal that a question means when it names none: the only one there is. Where there are
-- several, an error says so. Never answers for all portals at once: their currencies and time zones
-- differ.
create or replace function asked_portal(portal bigint)
    returns bigint
    language plpgsql stable
    set search_path from current
as $$
declare
    known bigint[] := array(select portals.portal_id from portals limit 2);
begin
    if portal is null and cardinality(known) > 1 then
        raise exception 'Several portals are mirrored: say which one is meant.'
            using hint = 'Give its id as the last argument, portal => 123.',
                errcode = 'ambiguous_parameter';
    end if;
    return coalesce(portal, known[1]);
end
$$;
