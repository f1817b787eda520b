-- Answers the domain that a company registered, which tells the company of an address. It is one
-- label more than the longest public suffix (public_suffixes; a last label that no rule names is
-- one). de.acme.com and www.acme.com are acme.com, shop.acme.co.uk is acme.co.uk. NULL for a suffix
-- itself, an address of numbers, a provider of mail (shared_domains, and the great ones in any
-- country), and our own (own_domains). A host of shared_domains has one label more. Reads the last
-- 12 labels only.
create or replace function domain_key(address text)
    returns text
    language plpgsql stable parallel safe
    set search_path from current
    set enable_seqscan = off
as $$
declare
    labels text[] := string_to_array(host_key(address), '.');
    labelled integer := cardinality(labels);
    tails text[] := array(
        select array_to_string(labels[labelled - length + 1 :], '.')
        from generate_series(1, least(labelled, 12)) as length
        order by length
    );
    suffix integer;
    registered text;
begin
    if labelled is null or labels[labelled] ~ '^[0-9]+$' then
        return null;
    end if;
    select coalesce(
        max(length - 1) filter (where kind = 'exception'),
        max(case kind when 'wildcard' then length + 1 else length end), 1
    )
    into suffix
    from unnest(tails) with ordinality as tail (name, length)
    cross join lateral (
        select kind from public_suffixes where public_suffixes.suffix = tail.name offset 0
    ) as rule;
    registered := tails[suffix + 1];
    if exists (select from shared_domains where domain = registered and kind = 'host') then
        registered := tails[suffix + 2];
    end if;
    return case when not (
        split_part(registered, '.', 1) = any (
            '{gmail,googlemail,yahoo,ymail,hotmail,outlook,live,msn,gmx,aol,icloud,yandex,
            protonmail}'::text[])
        or exists (select from shared_domains where domain = registered)
        or exists (select from own_domains where domain = registered)
    ) then registered end;
end
$$;
