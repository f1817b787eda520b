-- Answers the numbers in a name's key, sorted. Two names with different numbers are two companies,
-- however alike (Fund II and Fund III, Studio 54 and Studio).
create or replace function name_numbers(key text) returns text[]
    language sql immutable parallel safe
    set search_path from current
as $$
    select coalesce(array_agg(found[1] order by found[1]), '{}')
    from regexp_matches(key, '0*([0-9]+)', 'g') as found
$$;
