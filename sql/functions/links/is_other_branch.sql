-- Are these two branches, shops or clubs of one brand, whose domain they share? The words that both
-- names have are the domain's label, and each name has another word that the other name lacks:
-- Rotary Club Basel and Rotary Club Bern, at rotary.ch. Generic words do not count.
create or replace function is_other_branch(ours text, theirs text, domain text) returns boolean
    language plpgsql immutable parallel safe
    set search_path from current
as $$
declare
    our_words text[] := array(
        select word from string_to_table(ours, ' ') as word where not is_generic_word(word));
    their_words text[] := array(
        select word from string_to_table(theirs, ' ') as word where not is_generic_word(word));
    label text := replace(split_part(domain, '.', 1), '-', '');
    only_ours text[] := array(select unnest(our_words) except select unnest(their_words));
    only_theirs text[] := array(select unnest(their_words) except select unnest(our_words));
begin
    return exists (
            select from unnest(our_words) as word
            where word = any (their_words) and strpos(label, word) > 0
        )
        and not exists (
            select from unnest(only_ours || only_theirs) as word where strpos(label, word) > 0
        )
        and not words_pair(only_ours, only_theirs, 2);
end
$$;
