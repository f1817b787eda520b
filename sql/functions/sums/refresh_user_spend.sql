-- Find again what the users spent who are contacts, by the day of the contact's creation, for
-- lifetime_value. Without a portal: of every portal, at once. The clock goes through the ids of a
-- portal instead: it counts the contacts above `above` and up to `upto`, a slice in each
-- transaction, and publishes the counts with the last one (`upto` NULL). Answers how many rows it
-- published. Leaves out portals in a time zone that PostgreSQL does not know.
create or replace function refresh_user_spend(
    portal bigint default null, above text default '', upto text default null
)
    returns bigint
    language plpgsql
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set work_mem = '64MB'
    set jit = off
as $$
declare
    zone text;
    published bigint;
begin
    if portal is null then
        return (select sum(refresh_user_spend(portals.portal_id)) from portals);
    end if;
    if above = '' then
        -- A round that stands elsewhere begins again, and no other process is at it meanwhile.
        insert into rounds as known (portal_id, name) values (portal, 'user_spend')
        on conflict (portal_id, name) do update set reached = '';
        delete from user_spend_counts where portal_id = portal;
    end if;
    begin
        select time_zone into zone from user_spend_counts where portal_id = portal limit 1;
        zone := coalesce(zone, portal_zone(portal));
    exception when invalid_parameter_value then
        delete from user_spend_days where portal_id = portal;
        delete from user_spend_sums where portal_id = portal;
        return 0;  -- its figures are errors, and status says so
    end;
    insert into user_spend_counts as counted
        (portal_id, time_zone, owner_id, day, customers, known, spend)
    select
        portal,
        zone,
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
        and contacts.hubspot_id > above and (upto is null or contacts.hubspot_id <= upto)
    group by 3, 4
    on conflict (portal_id, owner_id, day) do update
    set customers = counted.customers + excluded.customers, known = counted.known + excluded.known,
        spend = counted.spend + excluded.spend;
    if upto is not null then
        return 0;
    end if;
    delete from user_spend_days where portal_id = portal;
    with counts as (
        delete from user_spend_counts where portal_id = portal returning *
    )
    insert into user_spend_days (portal_id, owner_id, day, customers, known, spend)
    select portal_id, owner_id, day, customers, known, spend from counts;
    get diagnostics published = row_count;
    insert into user_spend_sums (portal_id, time_zone, found_at) values (portal, zone, now())
    on conflict (portal_id) do update
    set time_zone = excluded.time_zone, found_at = excluded.found_at;
    return published;
end
$$;
