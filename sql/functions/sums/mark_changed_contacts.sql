-- Contacts were updated: the days of their creation must be counted again. Calls without an owner
-- belong to their contact's owner: another owner may concern all calls of the contact.
create or replace function mark_changed_contacts() returns trigger
    language plpgsql
    set search_path from current
    set enable_nestloop = off  -- old and new rows: by hash
as $$
begin
    insert into sales_marks (portal_id, contact_id, call_at, created_at)
    select
        portal_id,
        case when old_one.hubspot_owner_id is distinct from new_one.hubspot_owner_id
            then hubspot_id end,
        case when old_one.hubspot_owner_id is distinct from new_one.hubspot_owner_id
            then timestamptz '-infinity' end,
        created_at
    from went as old_one
    join came as new_one using (portal_id, hubspot_id)
    cross join lateral (
        select old_one.createdate as created_at union select new_one.createdate
    ) as days
    where (old_one.createdate, old_one.hubspot_owner_id, old_one.lifecyclestage,
           old_one.archived, old_one.merged_into)
        is distinct from
          (new_one.createdate, new_one.hubspot_owner_id, new_one.lifecyclestage,
           new_one.archived, new_one.merged_into);
    return null;
end
$$;

create or replace trigger mark_day_replaced after update on hubspot_contacts_raw
    referencing old table as went new table as came
    for each statement execute function mark_changed_contacts();
