-- Answers a company's or team's name as links compare it: its words (name_words, short_word)
-- without legal forms, `and`, `of`, `the` and the word team. NULL where nothing is left to
-- recognise: legal forms alone, one letter, 'unknown'. In no index: it may be replaced, if all
-- names are compared again.
create or replace function company_key(name text) returns text
    language plpgsql stable parallel safe
    set search_path from current
as $$
declare
    anywhere constant text :=
        'inc|llc|ltd|limited|gmbh|ggmbh|mbh|corp|corporation|incorporated|plc|bv|pty'
        '|sarl|sas|kgaa|ohg|ltda|oyj|aps|team|teams';
    at_the_end constant text :=
        'co|company|cie|ag|kg|se|sa|spa|srl|srls|slu|sl|nv|vof|cv|de cv|de rl'
        '|de rl de cv|oy|ab|as|asa|ks|hb|ug|ev|eg|ek|gbr|llp|lp|lllp|pllc|pc|pvt'
        '|private|pte|sdn|bhd|kk|kft|zrt|nyrt|doo|dd|ad|ood|eood|sro|spol|sp z oo|spzoo'
        '|sp zoo|sp|zoo|aktiebolag|sp j|sp k|eirl|sac|saic|me|eireli|ltee|lda'
        '|unipessoal|tbk|jsc|pjsc|ooo|зао|ооо|оао|ао|тоо|тов|haftungsbeschrankt|ае|επε'
        '|s|sc|sca|snc|sasu|eurl|sociedad anonima|aktiengesellschaft';
    key text := name_words(name);
begin
    if length(key) > 4 then
        key := trim(regexp_replace(key, '株式会社|有限会社|合同会社|股份有限公司|有限公司|주식회사|^株 | 株$', ' ',
            'g'));
    end if;
    key := regexp_replace(' ' || key, ' (and|und|et|y)(?= )', '', 'g');
    key := regexp_replace(key, ' (' || anywhere || ')(?= |$)', '', 'g');
    key := regexp_replace(key, '^ (the|pt|equipe|equipo|zespol|ооо|зао|оао|ао|тоо|тов) (?=.)', ' ');
    key := trim(regexp_replace(key, '( (' || at_the_end || '))+$', ''));
    key := trim(regexp_replace(' ' || key, ' (of|for|de|du|des|del|di|da|do|von)(?= .)', '', 'g'));
    key := (
        select string_agg(short_word(word, place, words), ' ' order by place)
        from (
            select word, place, count(*) over () as words
            from string_to_table(key, ' ') with ordinality as each (word, place)
        ) as numbered
    );
    return case
        when length(key) >= 2 and key not in ('unknown', 'none', 'null', 'na', 'tbd', 'unbekannt')
            then key
    end;
end
$$;
