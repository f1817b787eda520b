-- Does every word of a name, as company_key writes it, say next to nothing about whose it is? Many
-- companies are called Digital Marketing Agency.
create or replace function is_generic_name(key text) returns boolean
    language sql immutable parallel safe
    set search_path from current
as $$
    select bool_and(is_generic_word(word)) from string_to_table(key, ' ') as word
$$;
