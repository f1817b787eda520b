-- E-mails or meetings came, went or changed: the days on which their contacts were created must be
-- counted again, for the first response. The mark's call_at is infinite: it concerns no call. The
-- arguments of the trigger are the columns that decide: when it was, and whether it counts.
create or replace function mark_responses() returns trigger
    language plpgsql
    set search_path from current
    set enable_nestloop = off  -- old and new rows: by hash
as $$
begin
    if tg_op <> 'UPDATE' then
        insert into sales_marks (portal_id, contact_id, call_at)
        select distinct portal_id, contact_id, timestamptz 'infinity'
        from changed
        cross join unnest(contact_ids) as contact_id
        where contact_id is not null;
        return null;
    end if;
    execute format(
        'insert into sales_marks (portal_id, contact_id, call_at)'
        ' select distinct portal_id, contact_id, timestamptz ''infinity'''
        ' from went as old_one'
        ' join came as new_one using (portal_id, hubspot_id)'
        ' cross join lateral unnest(old_one.contact_ids || new_one.contact_ids) as contact_id'
        ' where contact_id is not null'
        ' and (old_one.%1$I, old_one.%2$I, old_one.contact_ids,'
        ' old_one.archived, old_one.merged_into)'
        ' is distinct from (new_one.%1$I, new_one.%2$I, new_one.contact_ids,'
        ' new_one.archived, new_one.merged_into)',
        tg_argv[0], tg_argv[1]
    );
    return null;
end
$$;

create or replace trigger mark_response_came after insert on hubspot_emails_raw
    referencing new table as changed
    for each statement execute function mark_responses();
create or replace trigger mark_response_went after delete on hubspot_emails_raw
    referencing old table as changed
    for each statement execute function mark_responses();
create or replace trigger mark_response_replaced after update on hubspot_emails_raw
    referencing old table as went new table as came
    for each statement execute function mark_responses('email_timestamp', 'direction');
create or replace trigger mark_response_came after insert on hubspot_meetings_raw
    referencing new table as changed
    for each statement execute function mark_responses();
create or replace trigger mark_response_went after delete on hubspot_meetings_raw
    referencing old table as changed
    for each statement execute function mark_responses();
create or replace trigger mark_response_replaced after update on hubspot_meetings_raw
    referencing old table as went new table as came
    for each statement execute function mark_responses('start_time', 'outcome');
