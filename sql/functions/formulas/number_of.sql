-- A property's text as a number; NULL for anything else. Text longer than a hundred characters is
-- no amount of money. PostgreSQL inlines it: the body is parsed here and needs no search_path.
create or replace function number_of(value text) returns numeric
    language sql immutable parallel safe
    return case
        when length(value) <= 100
            and value ~ '^\s*[-+]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][-+]?[0-9]{1,2})?\s*$'
            then value::numeric
    end;
