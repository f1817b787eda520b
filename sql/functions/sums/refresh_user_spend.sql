-- Find again what the users spent who are contacts, by the day of the contact's creation, for
-- lifetime_value. The clock calls it every ten minutes. Answers how many rows there are. One
-- process at a time; the second answers 0. Leaves out portals in a time zone that PostgreSQL does
-- not know.
create or replace function refresh_user_spend() returns bigint
    language plpgsql
    set search_path from current
    set work_mem = '64MB'
    set jit = off
as $$
declare
    portal bigint;
    zone text;
    found_rows bigint := 0;
    more bigint;
begin
    if not pg_try_advisory_xact_lock(x'5B0D4'::bigint) then
        return 0;
    end if;
    delete from user_spend_days;
    delete from user_spend_sums;
    for portal in select portals.portal_id from portals loop
        begin
            zone := portal_zone(portal);
        exception when invalid_parameter_value then
            continue;  -- its figures are errors, and status says so
        end;
        insert into user_spend_days (portal_id, owner_id, day, customers, known, spend)
        select
            portal,
            coalesce(contacts.hubspot_owner_id, '?'),
            (contacts.createdate at time zone zone)::date,
            count(*),
            count(users."clientLifeTimeSpend"),
            coalesce(sum(users."clientLifeTimeSpend"), 0)
        from current_contacts as contacts
        cross join lateral (
            select each_one."clientLifeTimeSpend"
            from contacts_to_users as each_one
            where each_one.portal_id = portal and each_one.contact_id = contacts.hubspot_id
            offset 0
        ) as users
        where contacts.portal_id = portal and isfinite(contacts.createdate)
        group by 2, 3;
        get diagnostics more = row_count;
        found_rows := found_rows + more;
        insert into user_spend_sums (portal_id, time_zone, found_at) values (portal, zone, now());
    end loop;
    return found_rows;
end
$$;
