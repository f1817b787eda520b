-- Which company is behind a team, stored: names and domains of both as keys, the best candidates of each team, and marks
-- of what changed. Companies leave marks by a trigger; the company's own tables of teams and users may be views, so they
-- are compared with the keys every few seconds. workers.links settles the marks. See sql/functions/*team*.sql.

-- Domains that many companies share, so that they say nothing about one: of e-mail providers, and those below which
-- anybody gets a name. A table, so that you can add yours; everything is compared anew then.
create table shared_domains (
    domain text primary key check (domain = lower(domain)),
    note   text
);
insert into shared_domains (domain, note)
select unnest(string_to_array(
    'gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es hotmail.com hotmail.co.uk hotmail.fr hotmail.de '
    'hotmail.it hotmail.es live.com live.co.uk live.fr live.nl msn.com yahoo.com yahoo.co.uk yahoo.co.jp yahoo.co.in '
    'yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.ca yahoo.com.br yahoo.com.au ymail.com rocketmail.com aol.com icloud.com '
    'me.com mac.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de mail.com email.com '
    'proton.me protonmail.com pm.me tutanota.com tuta.io fastmail.com hey.com zoho.com yandex.ru yandex.com mail.ru '
    'bk.ru inbox.ru list.ru rambler.ru qq.com 163.com 126.com sina.com foxmail.com naver.com hanmail.net daum.net '
    'orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr libero.it virgilio.it alice.it tin.it bol.com.br uol.com.br '
    'terra.com.br rediffmail.com walla.co.il walla.com 012.net.il netvision.net.il bezeqint.net comcast.net verizon.net '
    'att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com btinternet.com sky.com virginmedia.com '
    'talktalk.net ntlworld.com blueyonder.co.uk bigpond.com optusnet.com.au xtra.co.nz shaw.ca rogers.com sympatico.ca '
    'telus.net ziggo.nl kpnmail.nl planet.nl home.nl telenet.be skynet.be bluewin.ch seznam.cz centrum.cz wp.pl o2.pl '
    'onet.pl interia.pl abv.bg ukr.net mailinator.com example.com', ' ')), 'e-mail provider'
on conflict do nothing;
insert into shared_domains (domain, note)
select unnest(string_to_array(
    'co.uk org.uk ac.uk gov.uk ltd.uk plc.uk me.uk com.au net.au org.au edu.au co.nz org.nz net.nz co.za org.za com.br '
    'net.br org.br com.mx com.ar com.co com.pe com.ve com.tr com.sa com.eg com.ng com.sg com.my com.ph com.hk com.tw '
    'com.cn net.cn org.cn co.jp or.jp ne.jp ac.jp co.kr or.kr co.in net.in org.in co.il org.il ac.il co.id or.id co.th '
    'com.vn com.ua com.pl net.pl org.pl com.pt com.es com.gr com.cy com.mt co.at or.at gv.at co.hu co.ke co.tz co.ug '
    'github.io gitlab.io herokuapp.com vercel.app netlify.app wixsite.com weebly.com wordpress.com blogspot.com '
    'squarespace.com myshopify.com webflow.io notion.site carrd.co business.site godaddysites.com jimdosite.com '
    'onmicrosoft.com azurewebsites.net cloudfront.net amazonaws.com appspot.com firebaseapp.com web.app pages.dev '
    'hubspotpagebuilder.com hs-sites.com', ' ')), 'registry or host'
on conflict do nothing;

-- The host of a web or e-mail address: lower case, without scheme, user, www, port, path. NULL where there is none.
create function host_key(address text) returns text
    language sql immutable parallel safe
    return substring(
        lower(left(trim(both E' \t\r\n\u00a0.' from address), 300))
        from '^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@]*@)?(?:www[0-9]*\.)?((?:[^./@: ]+\.)+[^./@:?#, ]{2,})'
    );

-- The domain that somebody registered, by which an address is told to be a company's: the end of the host that is one
-- label longer than any shared one. de.acme.com and www.acme.com are acme.com, shop.acme.co.uk is acme.co.uk; gmail.com
-- is NULL. Addresses are cut to 12 labels: longer ones are nobody's.
create function domain_key(address text) returns text
    language sql stable parallel safe
    set search_path from current
as $$
    select tail
    from (select string_to_array(host_key(address), '.') as labels) as host,
        generate_series(2, least(cardinality(labels), 12)) as length,
        array_to_string(labels[cardinality(labels) - length + 1 :], '.') as tail
    where not exists (select from shared_domains where domain = tail)
    order by length
    limit 1
$$;

-- A name as links compare it: name_key without further legal forms at its end and without `the`; with common words as
-- they are abbreviated (and not written out: long words that many names share would make strangers alike), and ae, oe, ue
-- as the umlauts are that unaccent made vowels of. Not in any index: it may be replaced, if all is compared anew.
create function company_key(name text) returns text
    language sql immutable parallel safe
    return (
        select nullif(substring(string_agg(coalesce(
            case word
                when 'international' then 'intl' when 'technologies' then 'tech' when 'technology' then 'tech'
                when 'technical' then 'tech' when 'manufacturing' then 'mfg' when 'services' then 'svc'
                when 'service' then 'svc' when 'svcs' then 'svc' when 'management' then 'mgmt'
                when 'associates' then 'assoc' when 'brothers' then 'bros' when 'group' then 'grp'
                when 'systems' then 'sys' when 'system' then 'sys' when 'solutions' then 'sol'
                when 'solution' then 'sol' when 'national' then 'natl' when 'development' then 'dev'
                when 'engineering' then 'eng' when 'distribution' then 'dist' when 'industries' then 'ind'
                when 'industry' then 'ind' when 'industrial' then 'ind' when 'inds' then 'ind'
                when 'laboratories' then 'lab' when 'laboratory' then 'lab' when 'labs' then 'lab'
                when 'university' then 'univ' when 'department' then 'dept' when 'center' then 'ctr'
                when 'centre' then 'ctr' when 'financial' then 'fin' when 'finance' then 'fin'
                when 'pharmaceuticals' then 'pharma' when 'pharmaceutical' then 'pharma' when 'holdings' then 'hldg'
                when 'holding' then 'hldg' when 'hldgs' then 'hldg' when 'consulting' then 'consult'
                when 'consultants' then 'consult' when 'partners' then 'ptnr' when 'partner' then 'ptnr'
                when 'ptnrs' then 'ptnr' when 'enterprises' then 'ent' when 'enterprise' then 'ent'
                when 'properties' then 'prop' when 'construction' then 'constr' when 'communications' then 'comm'
            end,
            regexp_replace(word, '([aou])e', '\1', 'g')), ' ' order by place) from '.{2,}'), 'unknown')
        from regexp_split_to_table(
            regexp_replace(
                regexp_replace(name_key(name), '^the (?=.)', ''),
                '( and)?( (kg|kgaa|plc|llp|lp|pty|srl|s r l|spa|s p a|oy|oyj|ab|aps|sas|sarl|nv|n v|se|ohg|ug|ev|e v|asa|'
                || 'incorporated|corporation|pvt|pte|sdn|bhd))+$', ''),
            ' ') with ordinality as words (word, place)
    );

create table company_keys (
    portal_id  bigint not null,
    company_id text   not null,
    name_key   text,
    domain_key text,
    primary key (portal_id, company_id)
);
create index on company_keys (name_key);
create index on company_keys (domain_key);
create index on company_keys using gin (name_key gin_trgm_ops);
create index on company_keys using gin ((' ' || name_key || ' ') gin_trgm_ops);

-- The company's own teams, as they were when they were last looked at. They belong to no portal.
create table team_keys (
    team_id      text primary key,
    name_key     text,
    domain_key   text,
    domain_share numeric
);
create index on team_keys (name_key);
create index on team_keys (domain_key);
create index on team_keys using gin (name_key gin_trgm_ops);
create index on team_keys using gin ((' ' || name_key || ' ') gin_trgm_ops);

-- The best candidates of each team. place 1 is the company behind it (several, where nothing tells them apart), unless
-- there is a doubt: then nothing is linked, and uncertain_links shows it.
create table team_links (
    portal_id  bigint  not null,
    team_id    text    not null,
    company_id text    not null,
    link_rule  text    not null,
    link_score numeric not null,
    place      integer not null,
    doubt      text,
    primary key (portal_id, team_id, company_id)
);
create index on team_links (portal_id, company_id);

create table team_marks (
    portal_id   bigint not null,
    mark_id     bigint generated always as identity,
    team_ids    text[] not null default '{}',
    name_keys   text[] not null default '{}',
    domain_keys text[] not null default '{}',
    primary key (portal_id, mark_id)
);

create function companies_came_or_went() returns trigger language plpgsql set search_path from current as $$
begin
    perform key_companies(portal_id, array_agg(hubspot_id)) from changed group by portal_id;
    return null;
end
$$;

create function companies_were_replaced() returns trigger
    language plpgsql set search_path from current set enable_nestloop = off as $$
begin
    perform key_companies(portal_id, array_agg(hubspot_id))
    from went as old_one
    join came as new_one using (portal_id, hubspot_id)
    where (old_one.name, old_one.domain, old_one.archived, old_one.merged_into)
        is distinct from (new_one.name, new_one.domain, new_one.archived, new_one.merged_into)
    group by portal_id;
    return null;
end
$$;

create function shared_domains_changed() returns trigger language plpgsql set search_path from current as $$
begin
    perform key_companies(portal_id, array_agg(hubspot_id)) from hubspot_companies_raw group by portal_id;
    return null;
end
$$;

create trigger key_came after insert on hubspot_companies_raw referencing new table as changed
    for each statement execute function companies_came_or_went();
create trigger key_went after delete on hubspot_companies_raw referencing old table as changed
    for each statement execute function companies_came_or_went();
create trigger key_replaced after update on hubspot_companies_raw referencing old table as went new table as came
    for each statement execute function companies_were_replaced();
create trigger key_all after insert or update or delete or truncate on shared_domains
    for each statement execute function shared_domains_changed();

-- What was there before: settled by `spoke migrate` when it has committed, else by the clock within a minute.
insert into company_keys (portal_id, company_id, name_key, domain_key)
select portal_id, hubspot_id, company_key(name), domain_key(domain)
from hubspot_companies_raw
where not archived and merged_into is null;
