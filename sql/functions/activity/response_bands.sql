-- Do contacts that were answered sooner become customers more often? The contacts created in the
-- period by the time to the first outgoing call, e-mail or meeting since, with the share that are
-- customers today and Wilson's interval of it. They correlate: who looks ready to buy is also
-- answered first. Takes the arguments of sales_metrics; a contact is in no pipeline.
create or replace function response_bands(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (
        band text, place integer, contacts bigint, customers bigint, rate numeric, low numeric,
            high numeric
    )
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
    customers_are text[] := customer_stages(asked.portal_id);
begin
    return query
    with bands (band, place) as (
        values ('within 5 minutes', 1), ('within an hour', 2), ('within a day', 3),
            ('within a week', 4), ('later', 5), ('never', 6)
    ),

    created as (
        select
            contacts.lifecyclestage = any (customers_are) as is_customer,
            case
                when responded_at is null then 6
                when responded_at <= createdate + interval '5 minutes' then 1
                when responded_at <= createdate + interval '1 hour' then 2
                when responded_at <= createdate + interval '1 day' then 3
                when responded_at <= createdate + interval '7 days' then 4
                else 5
            end as place
        from current_contacts as contacts
        left join contact_responses as responses
            on responses.portal_id = contacts.portal_id
            and responses.contact_id = contacts.hubspot_id
        where contacts.portal_id = asked.portal_id
            and contacts.createdate >= asked.since and contacts.createdate < asked.until
            and (owner is null or contacts.hubspot_owner_id = owner)
    ),

    counted as (
        select bands.band, bands.place, count(created.place) as contacts,
            count(*) filter (where is_customer) as customers
        from bands
        left join created on created.place = bands.place
        group by bands.band, bands.place
    )

    select band, place, contacts, customers, percentage(customers, contacts), rates.low, rates.high
    from counted
    cross join lateral wilson(customers, contacts) as rates
    order by place;
end
$$;
