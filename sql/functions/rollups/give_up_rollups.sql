-- Gives a portal's sums of an entity up: queries count the records until settle_rollup has built
-- them again. Changes that began before carry an older generation, and cannot be taken for new.
create or replace function give_up_rollups(portal bigint, asked text)
    returns void
    language sql
    set search_path from current
as $$
    insert into rollup_states as known (portal_id, entity) values (portal, asked)
    on conflict (portal_id, entity) do update set generation = known.generation + 1
$$;
