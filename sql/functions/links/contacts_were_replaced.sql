-- Contacts were replaced: keep the numbers and find the calls of contacts that have other numbers
-- or another age, or that came, went or merged. Old and new rows are joined by hash: one after the
-- other took the square of a batch.
create or replace function contacts_were_replaced() returns trigger
    language plpgsql
    set search_path from current
    set enable_nestloop = off
as $$
begin
    perform renumber_contacts(portal_id, array_agg(hubspot_id),
        array_remove(array_agg(case when moved then hubspot_id end), null))
    from (
        select portal_id, hubspot_id,
            (old_one.archived, old_one.merged_into)
                is distinct from (new_one.archived, new_one.merged_into) as moved
        from went as old_one
        join came as new_one using (portal_id, hubspot_id)
        left join portals using (portal_id)
        where (old_one.phone, old_one.phone_e164, old_one.mobilephone, old_one.mobile_e164,
               old_one.createdate, old_one.archived, old_one.merged_into)
            is distinct from
              (new_one.phone, new_one.phone_e164, new_one.mobilephone, new_one.mobile_e164,
               new_one.createdate, new_one.archived, new_one.merged_into)
            or portals.phone_properties <> '{}' and old_one.raw_json -> 'properties'
                is distinct from new_one.raw_json -> 'properties'
    ) as different
    group by portal_id;
    return null;
end
$$;

create or replace trigger link_replaced after update on hubspot_contacts_raw
    referencing old table as went new table as came
    for each statement execute function contacts_were_replaced();
