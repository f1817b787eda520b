-- Answers a share in percent with two decimals; NULL where the whole is nothing. PostgreSQL inlines
-- it: the body is parsed here and needs no search_path.
create or replace function percentage(part bigint, whole bigint) returns numeric
    language sql immutable parallel safe
    return round(100.0 * part / nullif(whole, 0), 2);
