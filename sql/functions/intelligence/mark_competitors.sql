-- Texts came, went or changed that may name a competitor: the job looks through their
-- records. The argument of the trigger is the type. A portal without competitors gets no marks.
-- Calls, e-mails and notes count by their links to deals, too.
create or replace function mark_competitors() returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    insert into competitor_marks (portal_id, object_type, hubspot_id)
    select changed.portal_id, tg_argv[0], changed.hubspot_id
    from changed
    where changed.portal_id in (select competitors.portal_id from competitors);
    return null;
end
$$;
create or replace trigger mark_competitors_came after insert on hubspot_deals_raw
    referencing new table as changed
    for each statement execute function mark_competitors('deals');
create or replace trigger mark_competitors_went after delete on hubspot_deals_raw
    referencing old table as changed
    for each statement execute function mark_competitors('deals');
create or replace trigger mark_competitors_replaced after update on hubspot_deals_raw
    referencing new table as changed
    for each statement execute function mark_competitors('deals');
create or replace trigger mark_competitors_came after insert on hubspot_calls_raw
    referencing new table as changed
    for each statement execute function mark_competitors('calls');
create or replace trigger mark_competitors_went after delete on hubspot_calls_raw
    referencing old table as changed
    for each statement execute function mark_competitors('calls');
create or replace trigger mark_competitors_replaced after update on hubspot_calls_raw
    referencing new table as changed
    for each statement execute function mark_competitors('calls');
create or replace trigger mark_competitors_came after insert on hubspot_emails_raw
    referencing new table as changed
    for each statement execute function mark_competitors('emails');
create or replace trigger mark_competitors_went after delete on hubspot_emails_raw
    referencing old table as changed
    for each statement execute function mark_competitors('emails');
create or replace trigger mark_competitors_replaced after update on hubspot_emails_raw
    referencing new table as changed
    for each statement execute function mark_competitors('emails');
create or replace trigger mark_competitors_came after insert on hubspot_notes_raw
    referencing new table as changed
    for each statement execute function mark_competitors('notes');
create or replace trigger mark_competitors_went after delete on hubspot_notes_raw
    referencing old table as changed
    for each statement execute function mark_competitors('notes');
create or replace trigger mark_competitors_replaced after update on hubspot_notes_raw
    referencing new table as changed
    for each statement execute function mark_competitors('notes');
