-- Contacts were updated: only those whose number, age or life changed can change a link.
create or replace function contacts_were_replaced()
    returns trigger
    language plpgsql
    set search_path from current
    set enable_nestloop = off  -- old and new rows: by hash
as $$
begin
    perform contacts_changed(portal_id, array_remove(array_agg(distinct moved), null),
                             array_remove(array_agg(distinct phone_key), null))
    from (
        select portal_id, phone_key,
            case
                when (old_one.archived, old_one.merged_into)
                    is distinct from (new_one.archived, new_one.merged_into)
                then hubspot_id
            end as moved
        from went as old_one
        join came as new_one using (portal_id, hubspot_id)
        cross join lateral (values
            (case when not old_one.archived and old_one.merged_into is null
                then contact_phone_key(old_one.phone_e164, old_one.phone) end),
            (case when not new_one.archived and new_one.merged_into is null
                then contact_phone_key(new_one.phone_e164, new_one.phone) end)
        ) as keys (phone_key)
        where (old_one.phone, old_one.phone_e164, old_one.createdate,
               old_one.archived, old_one.merged_into)
            is distinct from
              (new_one.phone, new_one.phone_e164, new_one.createdate,
               new_one.archived, new_one.merged_into)
    ) as contacts
    group by portal_id;
    return null;
end
$$;

create or replace trigger link_replaced after update on hubspot_contacts_raw
    referencing old table as went new table as came
    for each statement execute function contacts_were_replaced();
