-- What the rules of links need: two spellings of names with umlauts, the Public Suffix List,
-- domains that say nothing, every phone number of a contact, and secondary e-mail addresses.

-- `Müller` is found as `muller` (name_key) and as `mueller` (umlaut_key); NULL without umlauts.
alter table company_keys add column umlaut_key text;
alter table team_keys add column umlaut_key text;
create index on company_keys (umlaut_key) where umlaut_key is not null;
create index on team_keys (umlaut_key) where umlaut_key is not null;
create index on company_keys using gin (umlaut_key gin_trgm_ops) where umlaut_key is not null;
create index on team_keys using gin (umlaut_key gin_trgm_ops) where umlaut_key is not null;
-- Names that differ in their blanks alone: Tri State and Tristate.
create index on company_keys (replace(name_key, ' ', ''));
create index on team_keys (replace(name_key, ' ', ''));

-- The rules of https://publicsuffix.org, written by `spoke migrate` from its library's own list.
create table public_suffixes (
    suffix text not null,
    kind   text not null check (kind in ('suffix', 'wildcard', 'exception')),
    primary key (suffix, kind)
);
comment on table public_suffixes is
    'below which domains anybody may register a name; the Public Suffix List';

-- Of a provider no host says anything; below a host, each name is somebody's own.
alter table shared_domains add column kind text not null default 'provider'
    check (kind in ('provider', 'host'));
update shared_domains set kind = 'host' where note = 'registry or host';
insert into shared_domains (domain, note)
select unnest(string_to_array(
    'yeah.net 139.com 189.cn 21cn.com aliyun.com sohu.com tom.com sina.cn mail.de posteo.de '
    'mailbox.org online.de kabelmail.de vodafone.de gmx.us gmx.co.uk mail.bg ya.ru narod.ru '
    'internet.ru tele2.ru mynet.com superonline.com eircom.net tiscali.it tiscali.co.uk '
    'tiscali.fr fastwebnet.it inwind.it iol.it bbox.fr numericable.fr club-internet.fr '
    'aliceadsl.fr gmx.fr bell.net videotron.ca telstra.com iinet.net.au internode.on.net '
    'dodo.com.au tpg.com.au windowslive.com passport.com usa.net lycos.com excite.com '
    'frontier.com windstream.net centurylink.net q.com optonline.net roadrunner.com rr.com '
    'suddenlink.net mindspring.com netzero.net ig.com.br globo.com r7.com terra.es '
    'telefonica.net ono.com sapo.pt clix.pt chello.at chello.nl a1.net aon.at hispeed.ch '
    'sunrise.ch azet.sk zoznam.sk post.sk email.cz volny.cz freemail.hu citromail.hu '
    't-online.hu op.pl gazeta.pl tlen.pl telia.com bredband.net comhem.se online.no live.no '
    'mail.dk tdcadsl.dk pandora.be scarlet.be nate.com kakao.com docomo.ne.jp ezweb.ne.jp '
    'softbank.ne.jp nifty.com biglobe.ne.jp ocn.ne.jp duck.com skiff.com hushmail.com '
    'mailfence.com runbox.com startmail.com guerrillamail.com yopmail.com 10minutemail.com '
    'trashmail.com ', ' ')), 'e-mail provider'
on conflict do nothing;

-- Ours: an address below it is a member of our own staff, whose team it is not.
create table own_domains (
    domain text primary key check (domain = lower(domain)),
    note   text
);
comment on table own_domains is
    'your own domains: support logins in customers'' teams say nothing about the customer';

-- Alike names and exact ones whose company has another domain than the members: to be looked at.
alter table team_links add column other_domain boolean not null default false;

-- Every phone number of a contact: phone, mobilephone and what else a portal names.
alter table hubspot_contacts_raw add column mobilephone text, add column mobile_e164 text;
create index on hubspot_contacts_raw (mobilephone);
alter table portals add column phone_properties text[] not null default '{}';
comment on column portals.phone_properties is
    'properties of contacts that hold phone numbers, beside phone and mobilephone';

-- Each number of each contact that shows, in the order of the tie-break: the oldest contact with a
-- number is its first entry. A table and not an expression index, because a contact has several.
create table contact_numbers (
    portal_id  bigint not null,
    contact_id text   not null,
    phone_key  text   not null,
    extension  text   not null default '',
    createdate timestamptz,
    primary key (portal_id, contact_id, phone_key, extension)
);
create index on contact_numbers
    (portal_id, phone_key, createdate, length(contact_id), contact_id, extension);
alter table call_links add column extension text;
