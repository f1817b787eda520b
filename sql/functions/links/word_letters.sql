-- Answers the letters of a word in alphabetical order: two words with the same letters differ by a
-- swap.
create or replace function word_letters(word text) returns text
    language sql immutable parallel safe
    set search_path from current
as $$
    select string_agg(letter, '' order by letter)
    from string_to_table(word, null) as letter
$$;
