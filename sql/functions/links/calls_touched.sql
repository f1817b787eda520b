-- Which calls may have another contact since these contacts came, went or merged, or these numbers
-- changed hands? Of a number that many calls share, leaves out the calls whose contact is its
-- oldest, unless extensions tell its contacts apart. Looks up one contact after the other, as
-- link_calls does. A GIN index that is asked for a thousand keys at once holds every entry that it
-- finds against every key.
create or replace function calls_touched(portal bigint, contact_ids text[], phone_keys text[])
    returns text[]
    language plpgsql stable set search_path from current set plan_cache_mode = force_custom_plan
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
        set enable_nestloop = on
as $$
begin
    return array(
        select links.call_id
        from unnest(calls_touched.phone_keys) as changed (phone_key)
        left join lateral (
            select numbers.contact_id
            from contact_numbers as numbers
            where numbers.portal_id = portal and numbers.phone_key = changed.phone_key
            order by numbers.createdate, length(numbers.contact_id), numbers.contact_id
            limit 1
        ) as holder on true
        cross join lateral (
            select heard.call_id
            from call_links as heard
            where heard.portal_id = portal and heard.phone_key = changed.phone_key
                and (heard.link_method is null or heard.link_method = 'phone')
                and (
                    heard.contact_id is distinct from holder.contact_id
                    or heard.extension <> ''
                    or exists (
                        select from contact_numbers as others
                        where others.portal_id = portal and others.phone_key = changed.phone_key
                            and others.extension <> ''
                    )
                )
            offset 0
        ) as links
        union
        select calls.hubspot_id
        from unnest(calls_touched.contact_ids) as changed (contact_id)
        cross join lateral (
            select named.hubspot_id
            from hubspot_calls_raw as named
            -- `+ 0`: by GIN index
            where named.portal_id + 0 = portal and named.contact_ids @> array[changed.contact_id]
            offset 0
        ) as calls
        union
        select manual.from_id
        from manual_links as manual
        where manual.portal_id = portal and manual.kind = 'call_contact'
            and (
                manual.to_id = any (calls_touched.contact_ids)
                or manual.to_id in (
                    select losers.hubspot_id
                    from hubspot_contacts_raw as losers
                    where losers.portal_id = portal
                        and losers.merged_into = any (calls_touched.contact_ids)
                )
            )
    );
end
$$;
