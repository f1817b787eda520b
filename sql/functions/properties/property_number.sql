-- A property's text as a number: digits with at most one point and an exponent below 1,000, as the
-- typed columns take them; no NaN, no Infinity. Answers NULL for text that is no such value, never
-- an error: a view of every record must not fail because of one. Immutable, so that people may
-- index what they filter by. PL/pgSQL, because the value is read twice: inlined SQL would unpack
-- the record's JSON each time.
create or replace function property_number(value text) returns numeric
    language plpgsql immutable strict parallel safe
as $$
begin
    if value ~ '^\s*[-+]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][-+]?[0-9]{1,3})?\s*$'
        and length(value) <= 1000
    then
        return value::numeric;
    end if;
    return null;
end
$$;
