-- What the linking views compare records by, and the indexes that make each comparison one look-up.
-- Bodies are parsed here and keep pointing at what was meant here, whatever search_path a caller has; a SET clause
-- would do that too, but keeps PostgreSQL from inlining them (0.5 µs a row instead of 5 µs).

-- A phone number as a key: digits only, without the leading 00, the first 15 of them (no number has more). NULL for
-- fewer than 10: "972" would link a contact with every call of a country. A letter, comma or semicolon ends the number,
-- so that "ext. 5", "x5" or a second number do not become part of it. Regular expressions without groups: three times
-- faster, and a full view asks for 150,000 keys.
create function phone_key(phone text) returns text
    language sql immutable parallel safe
    return substring(
        regexp_replace(
            regexp_replace(
                substring(
                    phone
                    from E'[0-9][-0-9()./ \\[\\]\t\u00a0\u2007\u202f\u2010-\u2013\u200b\u200e\u200f\u202a\u202c]*'
                ),
                '[^0-9]+', '', 'g'
            ),
            '^00', ''
        )
        from '.{10,15}'
    );

-- The number of the other party of a call, as a key. Direction unknown: whom it was to, else whom it was from.
create function other_party_key(direction text, to_number text, from_number text) returns text
    language sql immutable parallel safe
    return case direction
        when 'OUTBOUND' then phone_key(to_number)
        when 'INBOUND' then phone_key(from_number)
        else coalesce(phone_key(to_number), phone_key(from_number))
    end;

-- An e-mail address as a key; NULL where there is none. Imports leave 'Unknown' behind. Cut, because an index
-- refuses entries of more than 2.7 kB, and with them the record.
create function email_key(email text) returns text
    language sql immutable parallel safe
    return nullif(nullif(left(lower(trim(both E' \t\r\n\u00a0' from email)), 300), ''), 'unknown');

-- The product's user that HubSpot names in a contact's property user_id; NULL where it names none. Ids keep their case.
create function contact_user_id(raw_json jsonb) returns text
    language sql immutable parallel safe
    return nullif(nullif(nullif(
        trim(both E' \t\r\n\u00a0' from raw_json -> 'properties' ->> 'user_id'), ''), 'Unknown'), 'unknown');

-- A company's or team's name as a key: lower case, unaccented, words only, without legal forms and the word team.
-- NULL where that leaves nothing to recognise. 200 characters are enough: names of 10 kB exist.
create function name_key(name text) returns text
    language sql immutable parallel safe
    return nullif(
        substring(
            trim(regexp_replace(
                regexp_replace(lower(unaccent('unaccent', left(name, 200))), '[^[:alnum:]]+', ' ', 'g'),
                '(?:^| )(?:inc|llc|l l c|ltd|gmbh|corp|co|company|limited|ag|bv|b v|sa|s a|team)(?= |$)', '', 'g'
            ))
            from '.{2,}'
        ),
        'unknown'
    );

-- In the order of the tie-break, so that the oldest contact with a number is the first entry.
create index on hubspot_contacts_raw (portal_id, phone_key(phone), createdate, length(hubspot_id), hubspot_id)
    where not archived and merged_into is null;
create index on hubspot_calls_raw (portal_id, other_party_key(call_direction, call_to_number, call_from_number));
create index on hubspot_companies_raw using gin (name_key(name) gin_trgm_ops);

-- So that the planner knows how many contacts share an address or name a user, and joins by hash.
create statistics hubspot_contacts_raw_keys on email_key(email), contact_user_id(raw_json) from hubspot_contacts_raw;

-- For sync_status: counting and finding the last event without reading the tables (65 ms and more a hundred thousand).
create index on hubspot_contacts_raw (portal_id, archived, merged_into);
create index on hubspot_companies_raw (portal_id, archived, merged_into);
create index on hubspot_deals_raw (portal_id, archived, merged_into);
create index on hubspot_calls_raw (portal_id, archived, merged_into);
create index on webhook_events (portal_id, object_type, received_at);

-- A company's own business.users may be a view or belong to somebody else; then the look-up is up to them.
do $$
begin
    if exists (
        select from pg_class
        where oid = to_regclass('business.users') and relkind = 'r' and pg_has_role(relowner, 'usage')
    ) then
        create index on business.users (email_key(email));
    end if;
end
$$;

-- Links that somebody set by hand, because no rule can know them. They win over every rule.
create table company_team_links (
    portal_id  bigint      not null,
    team_id    text        not null,
    company_id text        not null,
    created_at timestamptz not null default now(),
    primary key (portal_id, team_id)
);

-- The companies, archived ones too, whose name is spelled like one of these keys. A function, because the trigram index
-- answers for the threshold in force (0.3 by default: ten times the candidates), and a view cannot set it. For all keys
-- at once, because each call costs more than the look-up. A little under 0.7: similarities are reals, and as a double
-- real 0.7 is less. show_limit() loads the extension: unless it is loaded, only superusers may name its setting.
select show_limit();
create function companies_spelled_like(name_keys text[])
    returns table (portal_id bigint, company_id text, name_key text)
    language sql stable parallel safe
    set pg_trgm.similarity_threshold = 0.69999
    set search_path = ''
begin atomic
    select companies.portal_id, companies.hubspot_id, wanted.key
    from unnest(companies_spelled_like.name_keys) as wanted (key)
    join hubspot_companies_raw as companies on name_key(companies.name) % wanted.key;
end;
