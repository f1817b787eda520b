-- Which day of the week of UTC is a time in? 1 is Monday, 7 is Sunday. utc_month says why UTC.
-- PostgreSQL inlines it: the body is parsed here and needs no search_path.
create or replace function utc_weekday(moment timestamptz) returns integer
    language sql immutable parallel safe
    return extract(isodow from moment at time zone 'UTC')::integer;
