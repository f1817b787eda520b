-- What day is in the text of a property? The day in UTC of property_datetime: HubSpot's dates are
-- midnight UTC. NULL for what is no time. Deliberately not the portal's day: a date has no zone.
create or replace function property_date(value text)
    returns date
    language plpgsql immutable strict parallel safe
    set search_path from current
as $$
begin
    return (property_datetime(value) at time zone 'UTC')::date;
end
$$;
