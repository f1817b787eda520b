-- Which portal does a question mean that names none? The only one there is. Where there are
-- several, an error says so. A portal that is not registered here, or that the caller may not see,
-- is an error, too: zeros would look like an answer. Never answers for all portals at once: their
-- currencies and time zones differ.
create or replace function asked_portal(portal bigint)
    returns bigint
    language plpgsql stable
    set search_path from current
as $$
declare
    known bigint[];
begin
    if portal is not null then
        if not exists (select from portals where portals.portal_id = portal) then
            raise exception 'There is no portal % here.', portal
                using hint = 'select portal_id, name from portals shows them.',
                    errcode = 'no_data_found';
        end if;
        return portal;
    end if;
    known := array(select portals.portal_id from portals limit 2);
    if cardinality(known) > 1 then
        raise exception 'Several portals are mirrored: say which one is meant.'
            using hint = 'Give its id by name, portal => 123.', errcode = 'ambiguous_parameter';
    elsif known = '{}' then
        raise exception 'No portal is mirrored here yet.'
            using hint = 'spoke portals add registers one.', errcode = 'no_data_found';
    end if;
    return known[1];
end
$$;
