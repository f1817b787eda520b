-- A word of a name as links compare it: common words as they are abbreviated, and not written out,
-- because long words that many names share would make strangers alike; numbers in digits. `i` is
-- one at the end only: elsewhere it is `and` in Polish and Catalan.
create or replace function short_word(word text, place bigint, words bigint) returns text
    language sql immutable parallel safe
    set search_path from current
as $$
    select case
        when word ~ '^0+[0-9]' then ltrim(left(word, -1), '0') || right(word, 1)
        when word ~ '^[ivx]{2,5}$' then coalesce(array_position('{i,ii,iii,iv,v,vi,vii,viii,ix,x,xi,
            xii,xiii,xiv,xv,xvi,xvii,xviii,xix,xx,xxi,xxii,xxiii,xxiv,xxv}'::text[], word)::text,
            word)
        when word = 'i' and place = words and words > 1 then '1'
        when word = 'v' and place > 1 then '5'
        else coalesce(
            '{
                "international":"intl", "internacional":"intl", "internationale":"intl",
                "technologies":"tech", "technology":"tech", "technical":"tech",
                "technologie":"tech",
                "tecnologia":"tech", "tecnologias":"tech", "technologien":"tech",
                "manufacturing":"mfg", "services":"svc", "service":"svc", "svcs":"svc",
                "servicios":"svc", "management":"mgmt", "associates":"assoc", "associes":"assoc",
                "brothers":"bros", "group":"grp", "gruppe":"grp", "groupe":"grp", "grupo":"grp",
                "gruppo":"grp", "systems":"sys", "system":"sys", "systeme":"sys", "sistemas":"sys",
                "solutions":"solu", "solution":"solu", "soluciones":"solu", "national":"natl",
                "development":"dev", "engineering":"eng", "distribution":"dist",
                "industries":"ind", "industry":"ind", "industrial":"ind", "inds":"ind",
                "laboratories":"lab", "laboratory":"lab", "labs":"lab", "university":"univ",
                "department":"dept", "center":"ctr", "centre":"ctr", "financial":"fin",
                "finance":"fin", "pharmaceuticals":"pharma", "pharmaceutical":"pharma",
                "holdings":"hldg", "holding":"hldg", "hldgs":"hldg", "consulting":"consult",
                "consultants":"consult", "partners":"ptnr", "partner":"ptnr", "ptnrs":"ptnr",
                "enterprises":"ent", "enterprise":"ent", "properties":"prop",
                "construction":"constr", "communications":"comm", "saint":"st"
            }'::jsonb ->> word,
            word
        )
    end
$$;
