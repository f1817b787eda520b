-- Stored links: finding the contacts of 119,000 calls takes 0.7 s. Triggers keep them in the
-- transaction of the change, for every program that writes: no path can forget to.
--
-- Two transactions at once do not see each other: one saves a call, the other the contact with its
-- number. So each also leaves a mark of what it touched, and workers/links settles marks: it finds
-- these links once more when all is committed. A stored link that another transaction holds is left
-- to the mark: a trigger that waits would make deadlocks between transactions that have none.

-- Links that people set by hand, because no rule can know them. They win over every rule and
-- survive every rebuild. Without a target: not linked to anything, whatever the rules say.
create table manual_links (
    portal_id  bigint      not null,
    kind       text        not null
               check (kind in ('team_company', 'call_contact', 'contact_user')),
    from_id    text        not null,
    to_id      text,
    note       text,
    created_at timestamptz not null default now(),
    primary key (portal_id, kind, from_id)
);
comment on table manual_links is
    'team → company, call → contact, contact → user; to_id NULL: not linked to anything';

-- The rows of calls_to_contacts: every call that shows, with its contact. Narrow (120 bytes):
-- statistics over all calls read a twentieth of the calls' own size, and a new link rewrites this
-- row and not the call's with its thirteen indexes.
create table call_links (
    portal_id        bigint not null,
    call_id          text   not null,
    contact_id       text,
    link_method      text,
    phone_key        text,
    call_timestamp   timestamptz,
    call_duration    integer,
    call_direction   text,
    call_disposition text,
    hubspot_owner_id text,
    primary key (portal_id, call_id)
);
create index on call_links (portal_id, phone_key) where phone_key is not null;
-- Queries of a single portal do not name it, so these begin with what pages are filtered by.
create index on call_links (contact_id, call_timestamp);
create index on call_links (hubspot_owner_id, call_timestamp);
create index on call_links (call_timestamp);
create index on call_links (portal_id, call_timestamp)
    include (contact_id, call_duration, call_disposition, hubspot_owner_id);

-- One row for each statement that changed something by which links are found.
create table link_marks (
    portal_id   bigint not null,
    mark_id     bigint generated always as identity,
    call_ids    text[] not null default '{}',
    contact_ids text[] not null default '{}',
    phone_keys  text[] not null default '{}',
    primary key (portal_id, mark_id)
);

-- The product's users as they were last seen, found by id and by address. The company's own table
-- of them may be a view without any index: then each contact meant reading all of it (12 s for a
-- page of contacts_to_users at 20,000 users). Of no portal, as the users are the company's.
create table user_keys (
    key_id                bigint generated always as identity primary key,
    user_id               text not null,          -- may come twice, under two addresses
    email                 text,
    email_key             text generated always as (email_key(email)) stored,
    client_lifetime_spend numeric,
    created_at            timestamptz
);
create index on user_keys (user_id);
create index on user_keys (email_key, created_at) where email_key is not null;

insert into user_keys (user_id, email, client_lifetime_spend, created_at)
select distinct user_id::text, email::text, client_lifetime_spend::numeric, created_at::timestamptz
from business.users
where user_id is not null;

-- Links that people should look at, worst first, as refresh_link_doubts found them last. Found
-- when asked, all numbers and addresses would be compared: 0.4 s at the real portal's size, 5 s at
-- ten times that, for a page of a hundred. Ids alone: names are looked up when asked, so that
-- nothing of a person is kept twice.
create table link_doubts (
    portal_id       bigint  not null,
    kind            text    not null,
    from_id         text    not null,
    to_id           text,
    linked          boolean not null,
    why             text    not null,
    link_rule       text,
    link_score      numeric,
    runner_up_id    text,
    runner_up_rule  text,
    runner_up_score numeric,
    primary key (portal_id, kind, from_id)
);
-- The order in which uncertain_links shows them.
create index on link_doubts (linked, link_score, kind, portal_id, from_id);

-- Names and domains of companies as keys, by which teams find them. Triggers keep them.
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

-- The company's own teams as they were last seen. They belong to no portal. Their table may be a
-- view, so refresh_team_keys compares it with these keys every few seconds.
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

-- The best candidates of each team. place 1 is the company behind it (several, where nothing tells
-- them apart), unless there is a doubt: then nothing is linked, and uncertain_links shows it.
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

-- Keys that changed: settle_team_marks compares their teams again.
create table team_marks (
    portal_id   bigint not null,
    mark_id     bigint generated always as identity,
    team_ids    text[] not null default '{}',
    name_keys   text[] not null default '{}',
    domain_keys text[] not null default '{}',
    primary key (portal_id, mark_id)
);

-- Domains that many companies share, so that they say nothing about one: of e-mail providers, and
-- those below which anybody gets a name. A table, so that you can add yours; all keys are compared
-- again then.
create table shared_domains (
    domain text primary key check (domain = lower(domain)),
    note   text
);
insert into shared_domains (domain, note)
select unnest(string_to_array(
    'gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es hotmail.com '
    'hotmail.co.uk hotmail.fr hotmail.de hotmail.it hotmail.es live.com live.co.uk live.fr '
    'live.nl msn.com yahoo.com yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.de yahoo.fr yahoo.es '
    'yahoo.it yahoo.ca yahoo.com.br yahoo.com.au ymail.com rocketmail.com aol.com icloud.com '
    'me.com mac.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de '
    'mail.com email.com proton.me protonmail.com pm.me tutanota.com tuta.io fastmail.com '
    'hey.com zoho.com yandex.ru yandex.com mail.ru bk.ru inbox.ru list.ru rambler.ru qq.com '
    '163.com 126.com sina.com foxmail.com naver.com hanmail.net daum.net orange.fr wanadoo.fr '
    'free.fr laposte.net sfr.fr neuf.fr libero.it virgilio.it alice.it tin.it bol.com.br '
    'uol.com.br terra.com.br rediffmail.com walla.co.il walla.com 012.net.il netvision.net.il '
    'bezeqint.net comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net '
    'charter.net earthlink.net juno.com btinternet.com sky.com virginmedia.com talktalk.net '
    'ntlworld.com blueyonder.co.uk bigpond.com optusnet.com.au xtra.co.nz shaw.ca rogers.com '
    'sympatico.ca telus.net ziggo.nl kpnmail.nl planet.nl home.nl telenet.be skynet.be '
    'bluewin.ch seznam.cz centrum.cz wp.pl o2.pl onet.pl interia.pl abv.bg ukr.net '
    'mailinator.com example.com',
    ' ')), 'e-mail provider'
on conflict do nothing;
insert into shared_domains (domain, note)
select unnest(string_to_array(
    'co.uk org.uk ac.uk gov.uk ltd.uk plc.uk me.uk com.au net.au org.au edu.au co.nz org.nz '
    'net.nz co.za org.za com.br net.br org.br com.mx com.ar com.co com.pe com.ve com.tr com.sa '
    'com.eg com.ng com.sg com.my com.ph com.hk com.tw com.cn net.cn org.cn co.jp or.jp ne.jp '
    'ac.jp co.kr or.kr co.in net.in org.in co.il org.il ac.il co.id or.id co.th com.vn com.ua '
    'com.pl net.pl org.pl com.pt com.es com.gr com.cy com.mt co.at or.at gv.at co.hu co.ke '
    'co.tz co.ug github.io gitlab.io herokuapp.com vercel.app netlify.app wixsite.com '
    'weebly.com wordpress.com blogspot.com squarespace.com myshopify.com webflow.io notion.site '
    'carrd.co business.site godaddysites.com jimdosite.com onmicrosoft.com azurewebsites.net '
    'cloudfront.net amazonaws.com appspot.com firebaseapp.com web.app pages.dev '
    'hubspotpagebuilder.com hs-sites.com',
    ' ')), 'registry or host'
on conflict do nothing;
