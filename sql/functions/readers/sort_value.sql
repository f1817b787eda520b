-- How are records sorted by a property? The expression on a row of a mirrored table that both the
-- index and the statements have. Texts are compared by their first 200 characters: an index holds
-- no entry of more than 2.7 kB, and a longer one would refuse the upsert. Functions of ours are
-- named with their schema: an index is made in a session that knows no schema of ours.
create or replace function sort_value(property text, kind text, column_name text)
    returns text
    language sql stable
    set search_path from current
as $$
    select case
        when sort_value.kind = 'text' then format('left(nullif(%s, ''''), 200)', told.value)
        when sort_value.column_name is not null then format('(%s)::%s', told.value, sort_value.kind)
        else format(
            '%I.property_%s(%s)',
            current_schema(),
            replace(replace(sort_value.kind, 'timestamptz', 'datetime'), 'numeric', 'number'),
            told.value
        )
    end
    from (
        select case
            when sort_value.column_name is not null then format('%I', sort_value.column_name)
            else format('raw_json -> ''properties'' ->> %L', sort_value.property)
        end as value
    ) as told
$$;
