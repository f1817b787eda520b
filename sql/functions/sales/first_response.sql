-- How soon do we answer? Of the contacts created in the period: the median minutes until the first
-- outgoing call, e-mail or meeting since, and the share that had none to this day. Takes the
-- arguments of sales_metrics; a contact is in no pipeline. A meeting counts from its start, unless
-- it was canceled. Reads sales_contact_days, and counts the contacts of days that changed since
-- they were added up, or on which a planned meeting took place since. Leaves out planned ones:
-- only a call, e-mail or meeting that took place is a response.
create or replace function first_response(
    owner text default null, "from" date default null, "to" date default null,
        portal bigint default null, pipeline text default null
)
    returns table (
        contacts bigint, contacted bigint, "firstResponse" numeric, "neverContacted" numeric
    )
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    asked record := asked_period(portal, "from", "to", owner);
    marks sales_marks[] := unsettled_marks(asked.portal_id);
    begins date := coalesce("from", '-infinity');
    ends date := coalesce("to", 'infinity');
    changed date[];
    -- The calls of fewer contacts are looked up, the calls of more are read at once.
    many constant bigint := 5000;
    people bigint;
begin
    if marks is not null and coalesce(owner, '1') ~ '^[0-9]+$' then
        changed := array(
            select day from marked_days(asked.portal_id, marks)
            where not of_calls and day between begins and ends
            union
            select day from sales_contact_days
            where portal_id = asked.portal_id and owner_id = '*' and day between begins and ends
                and next_response_at <= now()
        );
        return query
        with days as (
            select sums.contacts, sums.responses
            from sales_contact_days as sums
            where sums.portal_id = asked.portal_id and sums.owner_id = coalesce(owner, '*')
                and sums.day between begins and ends and sums.day <> all (changed)
            union all
            select counted.contacts, counted.responses
            from count_contact_days(asked.portal_id, changed) as counted
            where counted.owner_id = coalesce(owner, '*')
        ),

        summed as (
            select coalesce(sum(days.contacts), 0)::bigint as people,
                coalesce(sum(cardinality(days.responses)), 0)::bigint as answered
            from days
        )

        select
            summed.people,
            summed.answered,
            (select percentile_cont(0.5) within group (order by minutes)
            from days, unnest(days.responses) as minutes)::numeric,
            percentage(summed.people - summed.answered, summed.people)
        from summed;
        return;
    end if;

    people := (
        select count(*)
        from current_contacts
        where portal_id = asked.portal_id and createdate >= asked.since and createdate < asked.until
    );
    return query
    with created as materialized (
        select hubspot_id, createdate
        from current_contacts
        where portal_id = asked.portal_id
            and createdate >= asked.since
            and createdate < asked.until
            and (owner is null or hubspot_owner_id = owner)
    ),

    touches as (
        select links.contact_id as hubspot_id, min(links.call_timestamp) as at
        from created
        join call_links as links
            on links.contact_id = created.hubspot_id
            and links.call_timestamp >= created.createdate
        where people >= many
            and links.portal_id = asked.portal_id
            and links.call_direction = 'OUTBOUND'
        group by links.contact_id
        union all
        select created.hubspot_id, call.call_timestamp
        from created
        cross join lateral (
            select links.call_timestamp
            from call_links as links
            where links.portal_id = asked.portal_id
                and links.contact_id = created.hubspot_id
                and links.call_direction = 'OUTBOUND'
                and links.call_timestamp >= created.createdate
            order by links.call_timestamp
            limit 1
        ) as call
        where people < many
        union all
        select contact_id, email_timestamp
        from current_emails
        cross join unnest(contact_ids) as contact_id
        where portal_id = asked.portal_id and email_timestamp >= asked.since
            and direction = 'EMAIL'
        union all
        select contact_id, start_time
        from current_meetings
        cross join unnest(contact_ids) as contact_id
        where portal_id = asked.portal_id and start_time >= asked.since
            and outcome is distinct from 'CANCELED'
    ),

    firsts as (
        select created.hubspot_id, created.createdate, min(touches.at) as at
        from created
        left join touches on touches.hubspot_id = created.hubspot_id
            and touches.at >= created.createdate and touches.at <= now()
        group by created.hubspot_id, created.createdate
    )

    select
        count(*),
        count(at),
        (percentile_cont(0.5) within group (order by extract(epoch from at - createdate) / 60)
            filter (where at is not null))::numeric,
        percentage(count(*) filter (where at is null), count(*))
    from firsts;
end
$$;
