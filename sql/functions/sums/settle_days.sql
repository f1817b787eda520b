-- Add changed days up again: take a portal's marks away and count their days, or all days where
-- there are too many marks or no sums yet. Workers call it every few seconds. Answers how many
-- marks it took; NULL when another process does it. Right at any time, because marks and sums are
-- seen together: a query that does not see the new sums still sees the marks, and counts. A change
-- that commits meanwhile leaves a mark that this run neither sees nor takes. Each step is a
-- statement of its own: the days are counted after the marks are gone, so that no change falls
-- between.
create or replace function settle_days(portal bigint)
    returns bigint
    language plpgsql
    set search_path from current
as $$
declare
    built timestamptz;
    marks sales_marks[];
    changed date[];
    created date[];
begin
    -- else it waits for the transaction that holds it
    if not exists (select from sales_sums as sums where sums.portal_id = portal) then
        insert into sales_sums (portal_id) values (portal) on conflict do nothing;
    end if;
    select sums.built_at into built from sales_sums as sums
        where sums.portal_id = portal for update skip locked;
    if not found then
        return null;
    end if;
    if built is not null and not exists (select from sales_marks as mark
        where mark.portal_id = portal) then
        return 0;
    end if;
    with gone as (delete from sales_marks as mark where mark.portal_id = portal returning mark)
    select coalesce(array_agg(gone.mark), '{}') into marks from gone;
    if built is not null and cardinality(marks) <= 5000 then
        select
            coalesce(array_agg(found.day) filter (where found.of_calls), '{}'),
            coalesce(array_agg(found.day) filter (where not found.of_calls), '{}')
        into changed, created
        from marked_days(portal, marks) as found;
    end if;
    delete from sales_call_days as sums where sums.portal_id = portal
        and (changed is null or sums.day = any (changed));
    insert into sales_call_days select * from count_call_days(portal, changed);
    delete from sales_contact_days as sums where sums.portal_id = portal
        and (created is null or sums.day = any (created));
    insert into sales_contact_days select * from count_contact_days(portal, created);
    update sales_sums as sums set built_at = now() where sums.portal_id = portal;
    return cardinality(marks);
end
$$;
