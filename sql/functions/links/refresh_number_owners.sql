-- Learn again which owner each of our own numbers belongs to, from the last year's calls that name
-- their owner: nine in ten calls with the number, and five at least. Fewer may be a favour to a
-- colleague; a switchboard's number is nobody's. Without a portal: of every portal, at once. The
-- clock goes through the ids of a portal instead: it counts the calls above `above` and up to
-- `upto`, a slice in each transaction, and publishes what it learnt with the last one (`upto`
-- NULL). Answers how many numbers have an owner. Writes only what differs.
create or replace function refresh_number_owners(
    portal bigint default null, above text default '', upto text default null
)
    returns bigint
    language plpgsql
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set work_mem = '64MB'
    set jit = off
as $$
begin
    if portal is null then
        return (select sum(refresh_number_owners(each_one.portal_id))
            from (select distinct portal_id from call_links
                  union select portal_id from number_owners) as each_one);
    end if;
    if above = '' then
        -- A round that stands elsewhere begins again, and no other process is at it meanwhile.
        insert into rounds as known (portal_id, name) values (portal, 'number_owners')
        on conflict (portal_id, name) do update set reached = '';
        delete from number_call_counts where portal_id = portal;
    end if;
    insert into number_call_counts as counted (portal_id, phone_key, owner_id, calls)
    select portal, split_part(number, 'x', 1), links.hubspot_owner_id, count(*)
    from call_links as links
    join hubspot_calls_raw as calls
        on calls.portal_id = links.portal_id and calls.hubspot_id = links.call_id
    -- the other way round than for the other party: ours
    cross join lateral call_number(links.call_direction, calls.call_from_e164,
        calls.call_from_number, calls.call_to_e164, calls.call_to_number) as number
    where links.portal_id = portal
        and links.call_id > above and (upto is null or links.call_id <= upto)
        and links.call_timestamp >= now() - interval '366 days' and links.call_timestamp < now()
        and links.hubspot_owner_id <> ''
        and links.call_direction in ('INBOUND', 'OUTBOUND')
        and number is not null
    group by 2, 3
    on conflict (portal_id, phone_key, owner_id) do update
    set calls = counted.calls + excluded.calls;
    if upto is not null then
        return 0;
    end if;
    with counts as (
        delete from number_call_counts where portal_id = portal returning *
    ),

    learnt as materialized (
        select *
        from (
            select counts.*, sum(calls) over (partition by phone_key) as of_calls from counts
        ) as shares
        where calls >= 5 and calls >= 0.9 * of_calls
    ),

    went as (
        delete from number_owners as kept
        where portal_id = portal
            and not exists (select from learnt where learnt.phone_key = kept.phone_key)
    )

    insert into number_owners as kept (portal_id, phone_key, owner_id, calls, of_calls)
    select portal_id, phone_key, owner_id, calls, of_calls from learnt
    on conflict (portal_id, phone_key) do update
    set (owner_id, calls, of_calls) = (excluded.owner_id, excluded.calls, excluded.of_calls)
    where (kept.owner_id, kept.calls, kept.of_calls)
        is distinct from (excluded.owner_id, excluded.calls, excluded.of_calls);
    return (select count(*) from number_owners where portal_id = portal);
end
$$;
