-- The registered domain of an address, by which it is told to be a company's: the end of the host
-- that is one label longer than any shared domain. de.acme.com and www.acme.com are acme.com,
-- shop.acme.co.uk is acme.co.uk; gmail.com is NULL. Reads the last 12 labels at most: a longer
-- address belongs to no company.
create or replace function domain_key(address text) returns text
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
