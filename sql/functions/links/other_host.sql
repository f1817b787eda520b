-- Are these the domains of two owners? By the label that was registered, without hyphens: acme.com,
-- acme.de and get-acme.io are one owner's. False where a label is written in Punycode (RFC 3492),
-- which is not decoded here; NULL where a domain is not known.
create or replace function other_host(one text, other text) returns boolean
    language sql immutable parallel safe
    set search_path from current
as $$
    select strpos(ours, theirs) = 0 and strpos(theirs, ours) = 0
        and not (starts_with(one, 'xn--') or starts_with(other, 'xn--'))
    from (
        select replace(split_part(one, '.', 1), '-', '') as ours,
            replace(split_part(other, '.', 1), '-', '') as theirs
    ) as labels
$$;
