-- Calls were updated: find again the contacts of the calls whose stored link would read otherwise.
create or replace function calls_were_replaced()
    returns trigger
    language plpgsql
    set search_path from current
    set enable_nestloop = off  -- old and new rows: by hash
as $$
begin
    perform calls_changed(portal_id, array_agg(hubspot_id))
    from went as old_one
    join came as new_one using (portal_id, hubspot_id)
    where (old_one.contact_ids, old_one.call_direction, old_one.call_to_number,
           old_one.call_from_number, old_one.call_to_e164, old_one.call_from_e164,
           old_one.call_timestamp, old_one.call_duration, old_one.call_disposition,
           old_one.hubspot_owner_id, old_one.archived, old_one.merged_into)
        is distinct from
          (new_one.contact_ids, new_one.call_direction, new_one.call_to_number,
           new_one.call_from_number, new_one.call_to_e164, new_one.call_from_e164,
           new_one.call_timestamp, new_one.call_duration, new_one.call_disposition,
           new_one.hubspot_owner_id, new_one.archived, new_one.merged_into)
    group by portal_id;
    return null;
end
$$;

create or replace trigger link_replaced after update on hubspot_calls_raw
    referencing old table as went new table as came
    for each statement execute function calls_were_replaced();
