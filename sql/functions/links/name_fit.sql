-- Do two names mean one company, how surely, by which rule? Two keys of company_key; the answer is
-- between 0 and 1, on one scale for all rules. In this order:
-- 1. numbers that differ: no. 2. The same: 1, or under 0.6 where all of its words are generic; but
-- for blanks: 0.95, as spelling.
-- 3. The one in the other as whole words: contained; the share of the longer name that they cover,
-- in which a generic word counts a third. One word, or generic ones alone, stay under 0.6. Its
-- words apart from each other: no.
-- 4. Words that only one has must pair, but for a letter or two: else no. North and South, Media
-- and Mining are two companies however long the rest of their names is.
-- 5. The same sound word by word and half of the spelling; or 0.7 of it; or half, one word the same
-- and the others but for a letter or a swap: 0.6 at half to 0.95.
create or replace function name_fit(ours text, theirs text, out rule text, out score real)
    language plpgsql stable parallel safe
    set search_path from current
as $$
declare
    our_words text[] := string_to_array(ours, ' ');
    their_words text[] := string_to_array(theirs, ' ');
    only_ours text[];
    only_theirs text[];
    alike real;
begin
    if ours is null or theirs is null or name_numbers(ours) <> name_numbers(theirs) then
        return;
    end if;
    if ours = theirs then
        rule := 'exact';
        score := case when is_generic_name(ours) then 0.59 else 1 end;
        return;
    end if;
    if replace(ours, ' ', '') = replace(theirs, ' ', '') then
        rule := 'spelling'; score := 0.95;
        return;
    end if;
    only_ours := array(select unnest(our_words) except select unnest(their_words));
    only_theirs := array(select unnest(their_words) except select unnest(our_words));
    alike := extensions.similarity(ours, theirs);
    if cardinality(only_ours) = 0 and cardinality(only_theirs) = 0 then
        rule := case when sounds_alike(ours, theirs) then 'sound' else 'spelling' end;
        score := 0.95;
        return;
    end if;
    if strpos(' ' || ours || ' ', ' ' || theirs || ' ') > 0 then
        rule := 'contained'; score := name_coverage(their_words, our_words);
    elsif strpos(' ' || theirs || ' ', ' ' || ours || ' ') > 0 then
        rule := 'contained'; score := name_coverage(our_words, their_words);
    end if;
    if cardinality(only_ours) = 0 or cardinality(only_theirs) = 0 then
        return;
    end if;
    if not words_pair(only_ours, only_theirs, 2)
        or least(cardinality(our_words), cardinality(their_words)) = 1
        and cardinality(our_words) <> cardinality(their_words)
    then
        return;
    end if;
    rule := case when alike >= 0.5::real and sounds_alike(ours, theirs) then 'sound'
        when alike >= 0.7::real or alike >= 0.5::real and words_pair(only_ours, only_theirs, 1)
            and cardinality(only_ours) < least(cardinality(our_words), cardinality(their_words))
            then 'spelling' end;
    score := case when rule is not null then 0.6 + 0.7 * (alike - 0.5) end;
end
$$;
