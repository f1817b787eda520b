-- Answers the host of a web or e-mail address: lower case, without scheme, user, www, port and
-- path. NULL where there is none.
create or replace function host_key(address text) returns text
    language sql immutable parallel safe
    return substring(
        lower(left(trim(both E' \t\r\n\u00a0.' from address), 300))
        from '^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@]*@)?(?:www[0-9]*\.)?'
            '((?:[^./@: ]+\.)+[^./@:?#, ]{2,})'
    );
