-- Does the text of a property say yes or no? NULL for any other word.
-- hubspot/property_values.py knows the same words. It leaves out the portal's own words for yes,
-- which says_yes compares: only its metrics use them.
create or replace function property_boolean(value text)
    returns boolean
    language plpgsql immutable strict parallel safe
as $$
begin
    return case lower(btrim(value, E' \t\n\r\f\x0b\u00a0'))
        when 'true' then true when 'yes' then true when 'y' then true when '1' then true
        when 'on' then true
        when 'false' then false when 'no' then false when 'n' then false when '0' then false
        when 'off' then false
    end;
end
$$;
