-- Compare every company and team again when shared domains or our own domains changed.
create or replace function domains_changed() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    perform key_companies(portal_id, array_agg(hubspot_id))
    from hubspot_companies_raw
    group by portal_id;
    return null;
end
$$;

create or replace trigger key_all after insert or update or delete or truncate on own_domains
    for each statement execute function domains_changed();
create or replace trigger key_all after insert or update or delete or truncate on shared_domains
    for each statement execute function domains_changed();
