-- The list of shared domains changed: compare the keys of all companies again.
create or replace function shared_domains_changed()
    returns trigger
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

create or replace trigger key_all after insert or update or delete or truncate on shared_domains
    for each statement execute function shared_domains_changed();
