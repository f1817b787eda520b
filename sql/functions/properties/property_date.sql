-- A property's text as a day in UTC: HubSpot's dates are midnight UTC. Answers NULL for text that
-- is no such value, never an error: a view of every record must not fail because of one. Immutable,
-- so that people may index what they filter by.
create or replace function property_date(value text) returns date
    language sql immutable parallel safe
    return (property_datetime(value) at time zone 'UTC')::date;
