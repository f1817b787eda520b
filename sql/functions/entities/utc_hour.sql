-- Which hour of UTC is a time in, from 0 to 23? utc_month says why UTC. PostgreSQL inlines it: the
-- body is parsed here and needs no search_path.
create or replace function utc_hour(moment timestamptz) returns integer
    language sql immutable parallel safe
    return extract(hour from moment at time zone 'UTC')::integer;
