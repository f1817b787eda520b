-- Answers a company's or team's name as a key: lower case, unaccented, words only, without legal
-- forms and the word team. NULL where that leaves nothing to recognise. Reads 200 characters: names
-- of 10 kB exist. In no index: a change of it needs no migration, but all keys compared again
-- (`spoke links rebuild`).
create or replace function name_key(name text) returns text
    language sql immutable parallel safe
    return nullif(
        substring(
            trim(regexp_replace(
                regexp_replace(
                    lower(extensions.unaccent('extensions.unaccent', left(name, 200))),
                    '[^[:alnum:]]+', ' ', 'g'),
                '(?:^| )(?:inc|llc|l l c|ltd|gmbh|corp|co|company|limited|ag|bv|b v|sa|s a|team)'
                '(?= |$)', '', 'g'
            ))
            from '.{2,}'
        ),
        'unknown'
    );
