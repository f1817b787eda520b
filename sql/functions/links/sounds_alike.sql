-- Do two names sound alike, word by word? True when every word of the one sounds like a word of the
-- other. Compares no soundex of whole names, which hears four sounds: the first word. Numbers have
-- no sound. "Saffron Media" and "Saffron Manufacturing" were one company to it (6 of 7 wrong links
-- of `python -m lab.benchmarks.links 1`).
create or replace function sounds_alike(one text, other text)
    returns boolean
    language plpgsql immutable parallel safe
    set search_path from current
as $$
declare
    ours text[] := array(
        select distinct extensions.soundex(word) from string_to_table(one, ' ') as word
        where word !~ '^[0-9]+$'
    );
    theirs text[] := array(
        select distinct extensions.soundex(word) from string_to_table(other, ' ') as word
        where word !~ '^[0-9]+$'
    );
begin
    return not ('' = any (ours) or '' = any (theirs)) and (ours <@ theirs or theirs <@ ours);
end
$$;
