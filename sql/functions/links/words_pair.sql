-- Has every word of the shorter list a like one in the other: but for one letter or a swapped pair?
-- With two edits: but for two letters of six, too, or cut short (manuf, manufacturing). Words of one
-- or two letters must be the same: TU and FU Berlin are two universities.
create or replace function words_pair(ours text[], theirs text[], edits integer) returns boolean
    language sql immutable parallel safe
    set search_path from current
as $$
    select bool_and(exists (
        select
        from unnest(case when cardinality(ours) <= cardinality(theirs) then theirs else ours end)
            as other
        where extensions.levenshtein_less_equal(left(word, 60), left(other, 60), 2)
                <= case when word_letters(word) = word_letters(other) then 2
                    when least(length(word), length(other)) >= 6 then edits
                    when least(length(word), length(other)) >= 3 then 1
                    else 0 end
            or edits > 1 and least(length(word), length(other)) >= 3
                and (starts_with(other, word) or starts_with(word, other))
    ))
    from unnest(case when cardinality(ours) <= cardinality(theirs) then ours else theirs end)
        as word
$$;
