-- Which quarter of UTC is a time in, as 2026-Q4? utc_month says why UTC. PostgreSQL inlines it: the
-- body is parsed here and needs no search_path.
create or replace function utc_quarter(moment timestamptz) returns text
    language sql immutable parallel safe
    return lpad(extract(year from moment at time zone 'UTC')::integer::text, 4, '0') || '-Q'
        || extract(quarter from moment at time zone 'UTC')::integer::text;
