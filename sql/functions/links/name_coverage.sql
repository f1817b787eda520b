-- How much of the longer name do these words of it cover? Their letters as a share of all, a
-- generic word at a third of its own. Under 0.6 for one word and for generic words alone.
create or replace function name_coverage(words text[], longer text[]) returns real
    language sql immutable parallel safe
    set search_path from current
as $$
    select case
        when cardinality(words) = 1
            or is_generic_name(array_to_string(words, ' '))
            then least(share, 0.59)
        else least(share, 0.94)
    end
    from (
        select sum(weight) filter (where word = any (words)) / sum(weight) as share
        from (
            select word,
                length(word) * case when is_generic_word(word) then 0.33 else 1 end as weight
            from unnest(longer) as word
        ) as weighed
    ) as covered
$$;
