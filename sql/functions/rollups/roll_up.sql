-- Records changed: by how much does each group add up to more or less? Adds the difference of the
-- statement to rollup_rows, old rows taken away and new ones added. A group that stays as it was
-- gets no row. Where `spoke.rollups` is off, as in a load of millions, the portals' sums are given
-- up instead, and settle_rollup builds them again.
create or replace function roll_up()
    returns trigger
    language plpgsql
    set search_path from current
as $$
declare
    asked text := tg_argv[0];
    added text;
    taken text;
begin
    if tg_op = 'INSERT' then
        if not exists (select from new_rows) then
            return null;
        end if;
    elsif not exists (select from old_rows) then
        return null;
    end if;
    if current_setting('spoke.rollups', true) = 'off' then
        execute format(
            'select give_up_rollups(portal_id, %L) from (select distinct portal_id from %I'
                ' order by portal_id) as portals',
            asked, case tg_op when 'INSERT' then 'new_rows' else 'old_rows' end
        );
        return null;
    end if;
    if tg_op <> 'DELETE' then
        added := format('(%s)', rollup_query(asked, 'new_rows'));
    end if;
    if tg_op <> 'INSERT' then
        taken := format(
            '(select portal_id, dimension, key, -n as n,'
            ' -s1 as s1, -s2 as s2, -s3 as s3, -s4 as s4, -s5 as s5, -s6 as s6,'
            ' -s7 as s7, -s8 as s8, -s9 as s9, -s10 as s10, -s11 as s11, -s12 as s12'
            ' from (%s) as before)',
            rollup_query(asked, 'old_rows')
        );
    end if;
    execute format(
        'insert into rollup_rows (portal_id, entity, dimension, key, generation, n,'
        ' s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12)'
        ' select portal_id, %L, dimension, key, coalesce((select generation from rollup_states'
        ' as known where known.portal_id = changes.portal_id and known.entity = %L), 0),'
        ' sum(n), sum(s1), sum(s2), sum(s3), sum(s4), sum(s5), sum(s6),'
        ' sum(s7), sum(s8), sum(s9), sum(s10), sum(s11), sum(s12)'
        ' from (%s) as changes group by portal_id, dimension, key'
        ' having sum(n) <> 0'
        ' or sum(s1) <> 0 or sum(s2) <> 0 or sum(s3) <> 0'
        ' or sum(s4) <> 0 or sum(s5) <> 0 or sum(s6) <> 0'
        ' or sum(s7) <> 0 or sum(s8) <> 0 or sum(s9) <> 0'
        ' or sum(s10) <> 0 or sum(s11) <> 0 or sum(s12) <> 0',
        asked, asked, concat_ws(' union all ', added, taken)
    );
    return null;
end
$$;

create or replace trigger roll_came after insert on hubspot_companies_raw
    referencing new table as new_rows
    for each statement execute function roll_up('companies');
create or replace trigger roll_went after delete on hubspot_companies_raw
    referencing old table as old_rows
    for each statement execute function roll_up('companies');
create or replace trigger roll_changed after update on hubspot_companies_raw
    referencing old table as old_rows new table as new_rows
    for each statement execute function roll_up('companies');
create or replace trigger roll_came after insert on hubspot_contacts_raw
    referencing new table as new_rows
    for each statement execute function roll_up('contacts');
create or replace trigger roll_went after delete on hubspot_contacts_raw
    referencing old table as old_rows
    for each statement execute function roll_up('contacts');
create or replace trigger roll_changed after update on hubspot_contacts_raw
    referencing old table as old_rows new table as new_rows
    for each statement execute function roll_up('contacts');
create or replace trigger roll_came after insert on hubspot_deals_raw
    referencing new table as new_rows
    for each statement execute function roll_up('deals');
create or replace trigger roll_went after delete on hubspot_deals_raw
    referencing old table as old_rows
    for each statement execute function roll_up('deals');
create or replace trigger roll_changed after update on hubspot_deals_raw
    referencing old table as old_rows new table as new_rows
    for each statement execute function roll_up('deals');
create or replace trigger roll_came after insert on hubspot_tickets_raw
    referencing new table as new_rows
    for each statement execute function roll_up('tickets');
create or replace trigger roll_went after delete on hubspot_tickets_raw
    referencing old table as old_rows
    for each statement execute function roll_up('tickets');
create or replace trigger roll_changed after update on hubspot_tickets_raw
    referencing old table as old_rows new table as new_rows
    for each statement execute function roll_up('tickets');
create or replace trigger roll_came after insert on hubspot_marketing_events_raw
    referencing new table as new_rows
    for each statement execute function roll_up('marketing_events');
create or replace trigger roll_went after delete on hubspot_marketing_events_raw
    referencing old table as old_rows
    for each statement execute function roll_up('marketing_events');
create or replace trigger roll_changed after update on hubspot_marketing_events_raw
    referencing old table as old_rows new table as new_rows
    for each statement execute function roll_up('marketing_events');
create or replace trigger roll_came after insert on hubspot_email_events
    referencing new table as new_rows
    for each statement execute function roll_up('email_events');
create or replace trigger roll_went after delete on hubspot_email_events
    referencing old table as old_rows
    for each statement execute function roll_up('email_events');
create or replace trigger roll_changed after update on hubspot_email_events
    referencing old table as old_rows new table as new_rows
    for each statement execute function roll_up('email_events');
create or replace trigger roll_came after insert on hubspot_web_sessions
    referencing new table as new_rows
    for each statement execute function roll_up('web_sessions');
create or replace trigger roll_went after delete on hubspot_web_sessions
    referencing old table as old_rows
    for each statement execute function roll_up('web_sessions');
create or replace trigger roll_changed after update on hubspot_web_sessions
    referencing old table as old_rows new table as new_rows
    for each statement execute function roll_up('web_sessions');
