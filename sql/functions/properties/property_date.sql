-- What day is in the text of a property? The day in UTC of property_datetime: HubSpot's dates are
-- midnight UTC. NULL where the text is no time. The portal's day is left out: a date has no
-- zone.
-- The body is parsed here and needs no search_path.
create or replace function property_date(value text)
    returns date
    language sql immutable parallel safe
    return (property_datetime(value) at time zone 'UTC')::date;
