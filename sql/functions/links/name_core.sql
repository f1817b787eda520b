-- Answers a name's key without generic words and blanks; the whole key where all its words are
-- generic. Bigcorp Sales and Bigcorp Support are teams of one name.
create or replace function name_core(key text) returns text
    language sql immutable parallel safe
    set search_path from current
as $$
    select coalesce(
        string_agg(word, '' order by place) filter (where not is_generic_word(word)),
        string_agg(word, '' order by place)
    )
    from string_to_table(key, ' ') with ordinality as each (word, place)
$$;
