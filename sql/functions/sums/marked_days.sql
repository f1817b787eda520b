-- Which days of a portal do these marks concern, of calls (of_calls) and of contacts? The days of
-- the marked calls and contacts, all later days of a marked call's contact, and the day of the
-- contact's creation. Reads the marks that it is given and no table of marks: settle_days asks
-- about marks that it has already taken.
create or replace function marked_days(portal bigint, marks sales_marks[])
    returns table (of_calls boolean, day date)
    language plpgsql stable
    set search_path from current
    set plan_cache_mode = force_custom_plan
as $$
declare
    zone text := portal_zone(portal);
begin
    return query
    with marked as (
        select mark.contact_id, min(mark.call_at) as call_at, mark.created_at
        from unnest(marks) as mark
        group by mark.contact_id, mark.created_at, case when mark.contact_id is null
            then mark.call_at end
    )

    select distinct moments.of_calls, (moments.at at time zone zone)::date
    from (
        select true as of_calls, mark.call_at as at from unnest(marks) as mark
        union all
        select true, links.call_timestamp
        from marked
        join call_links as links on links.portal_id = portal
            and links.contact_id = marked.contact_id
        where links.call_timestamp >= marked.call_at
        union all
        select false, marked.created_at from marked
        union all
        select false, contacts.createdate
        from marked
        join hubspot_contacts_raw as contacts
            on contacts.portal_id = portal and contacts.hubspot_id = marked.contact_id
    ) as moments
    where isfinite(moments.at);
end
$$;
