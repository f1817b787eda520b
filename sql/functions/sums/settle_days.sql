-- Add changed days up again: take a portal's marks away and count their days, or all days where
-- there are too many marks or no sums yet. Workers call it every few seconds. Answers how many
-- marks it took; NULL when another process does it. Right at any time, because marks and sums are
-- seen together: a query that does not see the new sums still sees the marks, and counts. A change
-- that commits meanwhile leaves a mark that this run neither sees nor takes. Each step is a
-- statement of its own: the days are counted after the marks are gone, so that no change falls
-- between.
--
-- `at_most` days are counted in one call (NULL: all), the newest first; the others stay due in
-- sales_sums, and count as marks until a later call adds them up.
create or replace function settle_days(portal bigint, at_most integer default null)
    returns bigint
    language plpgsql
    set search_path from current
    set plan_cache_mode = force_custom_plan  -- with and without a limit want different plans
as $$
declare
    sums sales_sums;
    marks sales_marks[];
    most_marks bigint := case when at_most is not null then 20000 end;
    all_days boolean;
    changed date[];
    created date[];
begin
    -- else it waits for the transaction that holds it
    if not exists (select from sales_sums as known where known.portal_id = portal) then
        insert into sales_sums (portal_id) values (portal) on conflict do nothing;
    end if;
    select known.* into sums from sales_sums as known
        where known.portal_id = portal for update skip locked;
    if not found then
        return null;
    end if;
    if sums.built_at is not null and sums.due_call_days = '{}' and sums.due_contact_days = '{}'
        and not exists (select from sales_marks as mark where mark.portal_id = portal) then
        return 0;
    end if;
    with gone as (
        delete from sales_marks as mark
        where mark.portal_id = portal and (
            most_marks is null
            or mark.mark_id = any (array(
                select old.mark_id from sales_marks as old
                where old.portal_id = portal
                order by old.mark_id
                limit most_marks
            ))
        )
        returning mark
    )
    select coalesce(array_agg(gone.mark), '{}') into marks from gone;

    all_days := sums.built_at is null or cardinality(marks) > 5000;
    if all_days and cardinality(marks) = most_marks then
        -- There may be more of them: sums are not to be used until all are gone.
        update sales_sums as known set built_at = null where known.portal_id = portal;
        return cardinality(marks);
    end if;
    if all_days and at_most is not null then
        delete from sales_call_days as old where old.portal_id = portal;
        delete from sales_contact_days as old where old.portal_id = portal;
        select
            coalesce(array_agg(found.day) filter (where found.of_calls), '{}'),
            coalesce(array_agg(found.day) filter (where not found.of_calls), '{}')
        into changed, created
        from days_with_sales(portal) as found;
    elsif not all_days then
        select
            coalesce(array_agg(found.day) filter (where found.of_calls), '{}'),
            coalesce(array_agg(found.day) filter (where not found.of_calls), '{}')
        into changed, created
        from (
            select due.of_calls, due.day from marked_days(portal, marks) as due
            union
            select true, unnest(sums.due_call_days)
            union
            select false, unnest(sums.due_contact_days)
        ) as found;
    end if;
    sums.due_call_days := coalesce(changed, '{}');
    sums.due_contact_days := coalesce(created, '{}');
    if not all_days or at_most is not null then
        changed := array(
            select day from unnest(sums.due_call_days) as day order by day desc limit at_most
        );
        created := array(
            select day from unnest(sums.due_contact_days) as day order by day desc limit at_most
        );
    end if;

    delete from sales_call_days as old where old.portal_id = portal
        and (changed is null or old.day = any (changed));
    insert into sales_call_days select * from count_call_days(portal, changed);
    delete from sales_contact_days as old where old.portal_id = portal
        and (created is null or old.day = any (created));
    insert into sales_contact_days select * from count_contact_days(portal, created);
    update sales_sums as known
    set built_at = now(),
        due_call_days = array(
            select unnest(sums.due_call_days) except select unnest(changed) order by 1
        ),
        due_contact_days = array(
            select unnest(sums.due_contact_days) except select unnest(created) order by 1
        )
    where known.portal_id = portal;
    return cardinality(marks);
end
$$;
