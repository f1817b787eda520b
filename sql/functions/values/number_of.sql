-- What is a property worth that a portal named in metric_settings? The number that property_number
-- reads: a sum must not differ from the column beside it. Deliberately a name of its own: the
-- functions of the metrics call it so.
create or replace function number_of(value text)
    returns numeric
    language plpgsql immutable strict parallel safe
    set search_path from current
as $$
begin
    return property_number(value);
end
$$;
