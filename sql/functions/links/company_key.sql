-- A name as links compare it: name_key without further legal forms at its end and without `the`.
-- Common words are abbreviated and not written out: long words that many names share would make
-- strangers alike. ae, oe and ue become the vowels that unaccent made of umlauts. In no index: a
-- change of it needs no migration, but all keys compared again (`spoke links rebuild`).
create or replace function company_key(name text) returns text
    language sql immutable parallel safe
    return (
        select nullif(substring(string_agg(coalesce(
            case word
                when 'international' then 'intl' when 'technologies' then 'tech'
                when 'technology' then 'tech' when 'technical' then 'tech'
                when 'manufacturing' then 'mfg' when 'services' then 'svc' when 'service' then 'svc'
                when 'svcs' then 'svc' when 'management' then 'mgmt' when 'associates' then 'assoc'
                when 'brothers' then 'bros' when 'group' then 'grp' when 'systems' then 'sys'
                when 'system' then 'sys' when 'solutions' then 'sol' when 'solution' then 'sol'
                when 'national' then 'natl' when 'development' then 'dev'
                when 'engineering' then 'eng' when 'distribution' then 'dist'
                when 'industries' then 'ind' when 'industry' then 'ind' when 'industrial' then 'ind'
                when 'inds' then 'ind' when 'laboratories' then 'lab' when 'laboratory' then 'lab'
                when 'labs' then 'lab' when 'university' then 'univ' when 'department' then 'dept'
                when 'center' then 'ctr' when 'centre' then 'ctr' when 'financial' then 'fin'
                when 'finance' then 'fin' when 'pharmaceuticals' then 'pharma'
                when 'pharmaceutical' then 'pharma' when 'holdings' then 'hldg'
                when 'holding' then 'hldg' when 'hldgs' then 'hldg' when 'consulting' then 'consult'
                when 'consultants' then 'consult' when 'partners' then 'ptnr'
                when 'partner' then 'ptnr' when 'ptnrs' then 'ptnr' when 'enterprises' then 'ent'
                when 'enterprise' then 'ent' when 'properties' then 'prop'
                when 'construction' then 'constr' when 'communications' then 'comm'
            end,
            regexp_replace(word, '([aou])e', '\1', 'g')
        ), ' ' order by place) from '.{2,}'), 'unknown')
        from regexp_split_to_table(
            regexp_replace(
                regexp_replace(name_key(name), '^the (?=.)', ''),
                '( and)?( (kg|kgaa|plc|llp|lp|pty|srl|s r l|spa|s p a|oy|oyj|ab|aps|'
                || 'sas|sarl|nv|n v|se|ohg|ug|ev|e v|asa|'
                || 'incorporated|corporation|pvt|pte|sdn|bhd))+$', ''),
            ' ') with ordinality as words (word, place)
    );
