-- As of when does lifetime_value know what users spent? The moment at which user_spend_days was
-- found last; NULL where that is over three hours ago or in another time zone, and users are looked
-- up as they are. The portal may be left out when there is one.
create or replace function user_spend_as_of(portal bigint default null)
    returns timestamptz
    language sql stable
    set search_path from current
as $$
    select sums.found_at
    from user_spend_sums as sums
    where sums.portal_id = (select asked_portal(user_spend_as_of.portal))
        and sums.time_zone = portal_zone(sums.portal_id)
        and sums.found_at > now() - interval '3 hours'
$$;
