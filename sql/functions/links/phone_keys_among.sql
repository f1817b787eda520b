-- Answers the phone numbers of a field that holds words, extensions or several numbers, as
-- phone_keys says.
create or replace function phone_keys_among(field text) returns text[]
    language plpgsql immutable parallel safe
    set search_path from current
as $$
begin
    return (
        select coalesce(array_agg(digits || coalesce('x' || extension, '') order by place), '{}')
        from (
            select min(run.place * 100 + part.place) as place, run.said[2] as extension,
                regexp_replace(regexp_replace(part.text, '[^0-9]+', '', 'g'), '^00', '') as digits
            from regexp_matches(
                field,
                E'([+\uff0b]?[0-9(](?:[-0-9()/ \\[\\]\t\u00a0\u2007\u202f\u2010-\u2013\u200b\u200e'
                '\u200f\u202a\u202c]|[.](?!0+(?![0-9])))*)'
                '(?:[.]0+(?![0-9]))?'
                '(?:[ ,;:]*(?:ext(?:ension)?|x|dw|durchwahl|nebenstelle|poste|#)'
                '[ .:=]*([0-9]{1,6})(?![0-9]))?',
                'gi'
            ) with ordinality as run (said, place)
            cross join lateral regexp_split_to_table(
                regexp_replace(run.said[1], E'^([+\uff0b]|00)([^(]*)[(]0[)]', '\1\2'),
                case when length(regexp_replace(run.said[1], '[^0-9]', '', 'g')) > 16
                    then '/| {2,}| (?=[+])|(?<=[0-9]{10}) ' else '$^' end
            ) with ordinality as part (text, place)
            group by 2, 3
        ) as numbers
        where digits ~ '^[0-9]{10,15}$' and is_dialled(digits)
    );
end
$$;
