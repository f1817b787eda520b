-- Answers the words of a name as links compare them: lower case, without accents and punctuation,
-- initials in one word (S.p.A. and spa). Asks no locale which letters there are: a database of
-- locale "C" knows English letters only, and names in other scripts would have no words. Hence the
-- list of characters that are no letters, and lower case of Cyrillic and Greek by hand. 200
-- characters are enough.
create or replace function name_words(name text) returns text
    language plpgsql stable parallel safe
    set search_path from current
as $$
declare
    words text := normalize(left(name, 200), nfkc);
begin
    words := lower(translate(
        extensions.unaccent('extensions.unaccent', words),
        'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЇЄҐЁΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩς',
        'абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґеαβγδεζηθικλμνξοπρστυφχψωσ'
    ));
    words := regexp_replace(words, E'[\'`\u00b4\u02bc\u2018\u2019]', '', 'g');
    words := regexp_replace(
        words, '(?<=(?:^|[^[:alpha:]])[[:alpha:]])[.](?=[[:alpha:]](?![[:alpha:]]))', '', 'g');
    words := regexp_replace(
        words,
        E'[\\x01-\\x2f\\x3a-\\x60\\x7b-\\xbf\\xd7\\xf7\\u2000-\\u206f\\u20a0-\\u2bff\\u3000-\\u3004'
        '\\u3008-\\u3020\\u30fb\\ue000-\\uf8ff\\ufe00-\\ufe6f\\U0001f000-\\U0001faff]+',
        ' ', 'g'
    );
    return regexp_replace(trim(words), '(?<=(?:^| )[^ 0-9]) (?=[^ 0-9](?: |$))', '', 'g');
end
$$;
