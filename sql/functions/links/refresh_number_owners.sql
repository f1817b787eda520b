-- Learn again which owner each of our own numbers belongs to, from the calls of the last year that
-- name their owner. A number belongs to an owner with five calls or more who made nine in ten of
-- all calls with it: a switchboard's number is nobody's. The clock calls it every ten minutes.
-- Writes `at_most` of the numbers that went and as many that came (NULL: all): the next call writes
-- more. Answers how many it wrote. One process at a time; the second answers 0.
drop function if exists refresh_number_owners();
create or replace function refresh_number_owners(at_most integer default null) returns bigint
    language plpgsql
    set search_path from current
    set work_mem = '64MB'
    set jit = off
as $$
declare
    differing bigint;
begin
    if not pg_try_advisory_xact_lock(x'5B0D3'::bigint) then
        return 0;
    end if;
    with counted as (
        select calls.portal_id, split_part(number, 'x', 1) as phone_key,
            calls.hubspot_owner_id as owner_id, count(*)::integer as calls
        from hubspot_calls_raw as calls
        -- the other way round than for the other party: ours
        cross join lateral call_number(calls.call_direction, calls.call_from_e164,
            calls.call_from_number, calls.call_to_e164, calls.call_to_number) as number
        where not calls.archived and calls.merged_into is null
            and calls.hubspot_owner_id <> ''
            and calls.call_direction in ('INBOUND', 'OUTBOUND')
            and calls.call_timestamp > now() - interval '1 year'
            and number is not null
        group by 1, 2, 3
    ),

    shares as (
        select *, sum(calls) over (partition by portal_id, phone_key)::integer as of_calls
        from counted
    ),

    fresh as materialized (
        select * from shares where calls >= 5 and calls >= 0.9 * of_calls
    ),

    went as (
        delete from number_owners as kept
        where kept.ctid = any (array(
            select old.ctid
            from number_owners as old
            left join fresh using (portal_id, phone_key)
            where fresh.phone_key is null
            limit at_most
        ))
        returning 1
    ),

    came as (
        insert into number_owners as kept (portal_id, phone_key, owner_id, calls, of_calls)
        select fresh.portal_id, fresh.phone_key, fresh.owner_id, fresh.calls, fresh.of_calls
        from fresh
        left join number_owners as old using (portal_id, phone_key)
        where (old.owner_id, old.calls, old.of_calls)
            is distinct from (fresh.owner_id, fresh.calls, fresh.of_calls)
        limit at_most
        on conflict (portal_id, phone_key) do update
        set (owner_id, calls, of_calls) = (excluded.owner_id, excluded.calls, excluded.of_calls)
        returning 1
    )

    select (select count(*) from went) + (select count(*) from came) into differing;
    return differing;
end
$$;
