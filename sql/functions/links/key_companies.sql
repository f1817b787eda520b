-- Keep the keys of these companies in company_keys, and mark the keys that came and went, so that
-- the teams they concern are compared again. The triggers of the companies call it in the
-- transaction of the change. Leaves out archived and merged companies.
create or replace function key_companies(portal bigint, ids text[])
    returns void
    language plpgsql
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set enable_nestloop = on
as $$
begin
    with different as materialized (
        select wanted.company_id, found.hubspot_id is not null as shows, found.name_key,
            found.umlaut_key, found.domain_key,
            known.name_key as old_name, known.umlaut_key as old_umlaut,
            known.domain_key as old_domain
        from (select distinct unnest(ids) as company_id) as wanted
        left join lateral (
            select hubspot_id, company_key(name) as name_key, umlaut_key(name) as umlaut_key,
                domain_key(domain) as domain_key
            from hubspot_companies_raw
            where portal_id = portal and hubspot_id = wanted.company_id
                and (not archived and merged_into is null) is true
            offset 0
        ) as found on true
        left join lateral (
            select company_id, name_key, umlaut_key, domain_key from company_keys
            where portal_id = portal and company_id = wanted.company_id
            offset 0
        ) as known on true
        where (found.hubspot_id is null) is distinct from (known.company_id is null)
            or (found.name_key, found.umlaut_key, found.domain_key) is distinct
                from (known.name_key, known.umlaut_key, known.domain_key)
    ),

    gone as (
        delete from company_keys
        where portal_id = portal
            and company_id = any (array(select company_id from different where not shows))
    ),

    put as (
        insert into company_keys (portal_id, company_id, name_key, umlaut_key, domain_key)
        select portal, company_id, name_key, umlaut_key, domain_key from different where shows
            order by company_id
        on conflict (portal_id, company_id) do update
        set name_key = excluded.name_key, umlaut_key = excluded.umlaut_key,
            domain_key = excluded.domain_key
    )

    insert into team_marks (portal_id, name_keys, domain_keys)
    select portal,
        array_remove(
            array_agg(distinct name_key) || array_agg(distinct umlaut_key)
                || array_agg(distinct old_name) || array_agg(distinct old_umlaut),
            null
        ),
        array_remove(array_agg(distinct domain_key) || array_agg(distinct old_domain), null)
    from different
    having count(*) > 0;
end
$$;
