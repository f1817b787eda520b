-- What number is in the text of a property? NULL where none is for sure. Reads ASCII digits with at
-- most one point and an exponent below 1,000, no NaN or Infinity. Reads groups of three that can be
-- nothing else: 1,800.00 and 1.800,00 and 1,234,567 and 1 800. hubspot/property_values.py reads the
-- same. It leaves out 1,800, which is 1.8 to many. PL/pgSQL, because a value is looked at twice:
-- inlined SQL would unpack the record's JSON once for each look.
create or replace function property_number(value text)
    returns numeric
    language plpgsql immutable strict parallel safe
as $$
declare
    trimmed text;
begin
    if length(value) > 1000 then
        return null;
    end if;
    trimmed := btrim(value, E' \t\n\r\f\x0b\u00a0');
    if trimmed ~ '^[-+]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][-+]?[0-9]{1,3})?$' then
        return trimmed::numeric;
    elsif trimmed ~ '^[-+]?[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+[.][0-9]+|(?:,[0-9]{3}){2,})$' then
        return replace(trimmed, ',', '')::numeric;
    elsif trimmed ~ '^[-+]?[1-9][0-9]{0,2}(?:(?:[.][0-9]{3})+,[0-9]+|(?:[.][0-9]{3}){2,})$' then
        return replace(replace(trimmed, '.', ''), ',', '.')::numeric;
    elsif trimmed ~ E'^[-+]?[1-9][0-9]{0,2}(?:[ \'\u2019\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?$'
    then
        return replace(translate(trimmed, E' \'\u2019\u00a0\u202f', ''), ',', '.')::numeric;
    end if;
    return null;
end
$$;
