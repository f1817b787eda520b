-- Which number does a property hold that a portal named in metric_settings? Answers the number that
-- property_number reads: a sum must not differ from the column beside it. It has a name of its own,
-- which the functions of the metrics call. The body is parsed here and needs no search_path.
create or replace function number_of(value text)
    returns numeric
    language sql immutable parallel safe
    return property_number(value);
