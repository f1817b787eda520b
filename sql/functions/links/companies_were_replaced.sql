-- Companies were updated: keep the keys of the companies that came, went, or have another name or
-- domain.
create or replace function companies_were_replaced()
    returns trigger
    language plpgsql
    set search_path from current
    set enable_nestloop = off  -- old and new rows: by hash
as $$
begin
    perform key_companies(portal_id, array_agg(hubspot_id))
    from went as old_one
    join came as new_one using (portal_id, hubspot_id)
    where (old_one.name, old_one.domain, old_one.archived, old_one.merged_into)
        is distinct from (new_one.name, new_one.domain, new_one.archived, new_one.merged_into)
    group by portal_id;
    return null;
end
$$;

create or replace trigger key_replaced after update on hubspot_companies_raw
    referencing old table as went new table as came
    for each statement execute function companies_were_replaced();
