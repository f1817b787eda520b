-- Find the contacts of these calls again and keep them in call_links. Answers the calls whose link
-- another transaction holds. Looks up one record after the other by its key, however many the
-- planner expects. The first backfill fills tables without statistics, and the planner would read a
-- whole table for each record. Hence `offset 0`, which the planner cannot look through, rows by
-- their ctid, and a new plan each time.
create or replace function link_calls(portal bigint, ids text[]) returns text[]
    language plpgsql set search_path from current set plan_cache_mode = force_custom_plan
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
        set enable_nestloop = on
as $$
declare
    locked text[];
    places tid[];
    others text[];
    held text[];
begin
    select coalesce(array_agg(link.call_id), '{}'), array_agg(link.place) into locked, places
    from (select distinct unnest(ids) as call_id order by call_id) as wanted
    cross join lateral (
        select links.call_id, links.ctid as place
        from call_links as links
        where links.portal_id = portal and links.call_id = wanted.call_id
        for update skip locked
    ) as link;

    if cardinality(locked) > 0 then
        delete from call_links as kept
        where kept.ctid = any (places)
            and not exists (
                select from hubspot_calls_raw as calls
                where calls.portal_id = portal and calls.hubspot_id = kept.call_id
                    and (not calls.archived and calls.merged_into is null) is true
                offset 0
            );
        update call_links as kept
        set (contact_id, link_method, phone_key, extension, call_timestamp, call_duration,
             call_direction, call_disposition, hubspot_owner_id)
            = (found.contact_id, found.link_method, found.phone_key, found.extension,
                found.call_timestamp,
                found.call_duration,
               found.call_direction, found.call_disposition, found.hubspot_owner_id)
        from unnest(locked, places) as wanted (call_id, place)
        cross join lateral (
            select *
            from calls_to_contacts_from_scratch as scratch
            where scratch.portal_id = portal and scratch.call_id = wanted.call_id
            offset 0
        ) as found
        where kept.ctid = wanted.place
            and (kept.contact_id, kept.link_method, kept.phone_key, kept.extension,
                kept.call_timestamp,
                kept.call_duration,
                 kept.call_direction, kept.call_disposition, kept.hubspot_owner_id)
                is distinct from
                (found.contact_id, found.link_method, found.phone_key, found.extension,
                found.call_timestamp,
                    found.call_duration,
                 found.call_direction, found.call_disposition, found.hubspot_owner_id);
    end if;

    others := array(select unnest(ids) except select unnest(locked));
    if cardinality(others) = 0 then
        return '{}';
    end if;
    held := array(
        select link.call_id
        from unnest(others) as wanted (call_id)
        cross join lateral (
            select links.call_id
            from call_links as links
            where links.portal_id = portal and links.call_id = wanted.call_id
            offset 0
        ) as link
    );
    insert into call_links (portal_id, call_id, contact_id, link_method, phone_key, extension,
        call_timestamp,
        call_duration,
                            call_direction, call_disposition, hubspot_owner_id)
    select found.portal_id, found.call_id, found.contact_id, found.link_method, found.phone_key,
        found.extension, found.call_timestamp,
           found.call_duration, found.call_direction, found.call_disposition, found.hubspot_owner_id
    from (select unnest(others) as call_id except select unnest(held) order by call_id) as wanted
    cross join lateral (
        select *
        from calls_to_contacts_from_scratch as scratch
        where scratch.portal_id = portal and scratch.call_id = wanted.call_id
        offset 0
    ) as found
    on conflict do nothing;
    return held;
end
$$;
