-- What are our customers worth over time? One row for each owner: how many of the contacts created
-- in the period are users of the company's own product (contacts_to_users), and their average and
-- total lifetime spend. The spend is what business.users says. Takes the arguments of
-- sales_metrics; a contact is in no pipeline. Reads user_spend_days, found again in rounds
-- (user_spend_as_of says when); where none ended for three hours, it looks users up itself.
-- Leaves out contacts that are no users. A user of two contacts counts for each.
create or replace function lifetime_value(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (owner_id text, owner_name text, customers bigint, average numeric, total numeric)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
begin
    if user_spend_as_of(asked.portal_id) is not null then
        return query
        with summed as (
            select nullif(days.owner_id, '?') as owner_id, sum(days.customers)::bigint as customers,
                sum(days.known) as known, sum(days.spend) as spend
            from user_spend_days as days
            where days.portal_id = asked.portal_id
                and days.day between coalesce("from", '-infinity') and coalesce("to", 'infinity')
                and (owner is null or days.owner_id = owner)
            group by days.owner_id
        )

        select summed.owner_id, coalesce(owners.owner_name, summed.owner_id, 'Nobody'),
            summed.customers, summed.spend / nullif(summed.known, 0), summed.spend
        from summed
        left join owners on owners.portal_id = asked.portal_id
            and owners.owner_id = summed.owner_id
        order by 5 desc, 1;
        return;
    end if;

    return query
    select contacts.hubspot_owner_id, coalesce(min(owners.owner_name), contacts.hubspot_owner_id,
            'Nobody'),
        count(*), avg(users."clientLifeTimeSpend"), coalesce(sum(users."clientLifeTimeSpend"), 0)
    from current_contacts as contacts
    cross join lateral (  -- looked up: joined, the users of all contacts would be found first
        select each_one."clientLifeTimeSpend"
        from contacts_to_users as each_one
        where each_one.portal_id = asked.portal_id and each_one.contact_id = contacts.hubspot_id
        offset 0
    ) as users
    left join owners
        on owners.portal_id = contacts.portal_id and owners.owner_id = contacts.hubspot_owner_id
    where contacts.portal_id = asked.portal_id
        and contacts.createdate >= asked.since
        and contacts.createdate < asked.until
        and (owner is null or contacts.hubspot_owner_id = owner)
    group by contacts.hubspot_owner_id
    order by 5 desc, 1;
end
$$;
