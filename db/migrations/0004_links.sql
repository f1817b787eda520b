-- What the linking views compare records by, and the indexes that make each comparison one look-up.
-- Bodies are parsed here and keep pointing at what was meant here, whatever search_path a caller has; a SET clause
-- would do that too, but keeps PostgreSQL from inlining them (0.1 µs instead of 5 µs a row, and indexes stop matching).

-- A phone number as a key: digits only, without the leading 00. NULL for anything but 10 to 15 digits: "972" would link
-- a contact with every call of a country. A letter, comma or semicolon ends the number: "ext. 5", "x5", a second number.
create function phone_key(phone text) returns text
    language sql immutable parallel safe
    return substring(
        translate(phone, E' \t-()./[]\u00a0\u2007\u202f\u2010\u2011\u2012\u2013\u200b\u200e\u200f\u202a\u202c', '')
        from '^[^0-9]*(?:00)?(0[1-9][0-9]{8,13}|[1-9][0-9]{9,14})(?:[^0-9]|$)'
    );

-- The number of the other party of a call, as a key. Direction unknown: whom it was to, else whom it was from.
create function other_party_key(direction text, to_number text, from_number text) returns text
    language sql immutable parallel safe
    return case direction
        when 'OUTBOUND' then phone_key(to_number)
        when 'INBOUND' then phone_key(from_number)
        else coalesce(phone_key(to_number), phone_key(from_number))
    end;

-- An e-mail address as a key; NULL where there is none. HubSpot imports leave 'Unknown' behind.
create function email_key(email text) returns text
    language sql immutable parallel safe
    return case when lower(trim(email)) not in ('', 'unknown') then lower(trim(email)) end;

-- A company's or team's name as a key: lower case, unaccented, words only, without legal forms and the word team.
-- NULL where that leaves nothing to recognise. 200 characters are enough, and more would not fit into an index.
create function name_key(name text) returns text
    language sql immutable parallel safe
    return (
        select case when length(key) > 1 and key <> 'unknown' then key end
        from trim(regexp_replace(
            regexp_replace(lower(unaccent('unaccent', left(name, 200))), '[^[:alnum:]]+', ' ', 'g'),
            '(?:^| )(?:inc|llc|l l c|ltd|gmbh|corp|co|company|limited|ag|bv|b v|sa|s a|team)(?= |$)', '', 'g'
        )) as key
    );

create index on hubspot_contacts_raw (portal_id, phone_key(phone));
create index on hubspot_contacts_raw (portal_id, email_key(email));
create index on hubspot_calls_raw (portal_id, other_party_key(call_direction, call_to_number, call_from_number));
create index on hubspot_companies_raw using gin (name_key(name) gin_trgm_ops);
create index on webhook_events (portal_id, object_type, received_at);

-- Links that somebody set by hand, because no rule can know them. They win over every rule.
create table company_team_links (
    portal_id  bigint      not null,
    team_id    text        not null,
    company_id text        not null,
    created_at timestamptz not null default now(),
    primary key (portal_id, team_id)
);
