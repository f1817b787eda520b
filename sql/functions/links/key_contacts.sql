-- Under which numbers are these contacts found now? Keeps contact_numbers, and answers the numbers
-- that came, went or belong to a contact of another age: another contact may have them now. The
-- triggers of the contacts call it in the transaction of the change. Leaves out the numbers of
-- archived and merged contacts: calls must not find them.
create or replace function key_contacts(portal bigint, ids text[])
    returns text[]
    language plpgsql
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set enable_nestloop = on
as $$
declare
    further_properties text[] := (
        select nullif(phone_properties, '{}') from portals where portal_id = portal);
    touched text[];
begin
    with fresh as materialized (
        select distinct found.hubspot_id as contact_id, split_part(said, 'x', 1) as phone_key,
            split_part(said, 'x', 2) as extension, found.createdate
        from (select distinct unnest(ids) as contact_id) as wanted
        cross join lateral (
            select * from hubspot_contacts_raw as each_one
            where each_one.portal_id = portal and each_one.hubspot_id = wanted.contact_id
                and (not archived and merged_into is null) is true
            offset 0
        ) as found
        cross join lateral unnest(contact_phone_keys(
            found.phone_e164, found.phone, found.mobile_e164, found.mobilephone,
            case when further_properties is not null then (
                select string_agg(found.raw_json -> 'properties' ->> name, '; ')
                from unnest(further_properties) as name
            ) end
        )) as said
    ),

    known as materialized (
        select kept.*
        from (select distinct unnest(ids) as contact_id) as wanted
        cross join lateral (
            select contact_id, phone_key, extension, createdate
            from contact_numbers as each_one
            where each_one.portal_id = portal and each_one.contact_id = wanted.contact_id
            offset 0
        ) as kept
    ),

    gone as (
        delete from contact_numbers as kept
        using (select contact_id, phone_key, extension from known
            except select contact_id, phone_key, extension from fresh) as left_over
        where kept.portal_id = portal and kept.contact_id = left_over.contact_id
            and kept.phone_key = left_over.phone_key and kept.extension = left_over.extension
        returning kept.phone_key
    ),

    put as (
        insert into contact_numbers (portal_id, contact_id, phone_key, extension, createdate)
        select portal, * from (select * from fresh except select * from known) as new_ones
        order by contact_id, phone_key, extension
        on conflict (portal_id, contact_id, phone_key, extension) do update
        set createdate = excluded.createdate
        returning contact_numbers.phone_key
    )

    select coalesce(array_agg(phone_key), '{}') into touched
    from (select phone_key from gone union select phone_key from put) as both_ways;
    return touched;
end
$$;
