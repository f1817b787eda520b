-- Which month of UTC is a time in, as 2026-11? Aggregations count in UTC on every engine; sales
-- metrics count in the portal's zone. PostgreSQL inlines it: the body is parsed here and needs no
-- search_path.
create or replace function utc_month(moment timestamptz) returns text
    language sql immutable parallel safe
    return lpad(extract(year from moment at time zone 'UTC')::integer::text, 4, '0') || '-'
        || lpad(extract(month from moment at time zone 'UTC')::integer::text, 2, '0');
