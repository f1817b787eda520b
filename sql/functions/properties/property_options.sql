-- Answers the chosen options of a multi-select, "a;b"; NULL where none is chosen. HubSpot's own
-- appends may leave empty ones. Answers NULL for text that is no such value, never an error: a view
-- of every record must not fail because of one. Immutable, so that people may index what they
-- filter by.
create or replace function property_options(value text) returns text[]
    language sql immutable parallel safe
    return nullif(array_remove(string_to_array(value, ';'), ''), '{}');
