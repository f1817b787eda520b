-- Count a portal's touches again: of each deal, and the first outgoing one of each contact. The
-- clock does so hourly. Writes only what changed, so that a quiet hour costs reads alone. Answers
-- how many rows it wrote.
create or replace function refresh_activity(portal bigint)
    returns bigint
    language plpgsql
    set search_path from current
    set plan_cache_mode = force_custom_plan
    set work_mem = '64MB'
    set jit = off
as $$
declare
    wrote bigint;
    came bigint;
begin
    with counted as (
        select deal_id,
            count(*) filter (where kind = 'call') as calls,
            count(*) filter (where kind = 'email') as emails,
            count(*) filter (where kind = 'meeting') as meetings,
            min(touched_at) as first_at, max(touched_at) as last_at
        from deal_touches
        where portal_id = portal
        group by deal_id
    ),

    gone as (
        delete from deal_touch_sums as kept
        where kept.portal_id = portal
            and not exists (select from counted where counted.deal_id = kept.deal_id)
        returning 1
    ),

    put as (
        insert into deal_touch_sums as kept
            (portal_id, deal_id, calls, emails, meetings, first_touch_at, last_touch_at)
        select portal, deal_id, calls, emails, meetings, first_at, last_at
        from counted
        order by deal_id
        on conflict (portal_id, deal_id) do update
        set (calls, emails, meetings, first_touch_at, last_touch_at)
            = (excluded.calls, excluded.emails, excluded.meetings, excluded.first_touch_at,
                excluded.last_touch_at)
        where (kept.calls, kept.emails, kept.meetings, kept.first_touch_at, kept.last_touch_at)
            is distinct from (excluded.calls, excluded.emails, excluded.meetings,
                excluded.first_touch_at, excluded.last_touch_at)
        returning 1
    )

    select (select count(*) from gone) + (select count(*) from put) into wrote;

    with firsts as (
        select contacts.hubspot_id as contact_id, min(touched_at) as at
        from touches
        cross join lateral unnest(touches.contact_ids) as person (contact_id)
        join current_contacts as contacts
            on contacts.portal_id = touches.portal_id and contacts.hubspot_id = person.contact_id
        where touches.portal_id = portal and is_outgoing and touched_at >= contacts.createdate
        group by contacts.hubspot_id
    ),

    gone as (
        delete from contact_responses as kept
        where kept.portal_id = portal
            and not exists (select from firsts where firsts.contact_id = kept.contact_id)
        returning 1
    ),

    put as (
        insert into contact_responses as kept (portal_id, contact_id, responded_at)
        select portal, contact_id, at
        from firsts
        order by contact_id
        on conflict (portal_id, contact_id) do update
        set responded_at = excluded.responded_at
        where kept.responded_at is distinct from excluded.responded_at
        returning 1
    )

    select (select count(*) from gone) + (select count(*) from put) into came;
    insert into activity_rounds (portal_id, counted_at) values (portal, now())
    on conflict (portal_id) do update set counted_at = excluded.counted_at;
    return wrote + came;
end
$$;
