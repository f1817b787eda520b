-- A property's text as yes or no, by the words of hubspot/records.py. Answers NULL for text that is
-- no such value, never an error: a view of every record must not fail because of one. Immutable, so
-- that people may index what they filter by.
create or replace function property_boolean(value text) returns boolean
    language sql immutable parallel safe
    return case lower(trim(value))
        when 'true' then true when 'yes' then true when 'y' then true
        when '1' then true when 'on' then true
        when 'false' then false when 'no' then false when 'n' then false
        when '0' then false when 'off' then false
    end;
