-- Which changes came to a portal since its days were added up? NULL where they are not added up, or
-- where so much changed that counting everything is as fast: then the sums are not used. A day that
-- is due counts as a mark at its noon. Reads 501 marks at most: a backfill leaves a hundred
-- thousand.
create or replace function unsettled_marks(portal bigint)
    returns sales_marks[]
    language plpgsql stable
    set search_path from current
as $$
declare
    marks sales_marks[];
    sums sales_sums;
    zone text;
begin
    select known.* into sums from sales_sums as known
        where known.portal_id = portal and known.built_at is not null;
    if not found or cardinality(sums.due_call_days || sums.due_contact_days) > 500 then
        return null;
    end if;
    marks := array(select mark from sales_marks as mark
        where mark.portal_id = portal limit 501);
    if sums.due_call_days <> '{}' or sums.due_contact_days <> '{}' then
        zone := portal_zone(portal);
        marks := marks || array(
            select row(portal, 0, null, (day + time '12:00') at time zone zone, null)::sales_marks
            from unnest(sums.due_call_days) as day
        ) || array(
            select row(portal, 0, null, null, (day + time '12:00') at time zone zone)::sales_marks
            from unnest(sums.due_contact_days) as day
        );
    end if;
    return case when cardinality(marks) <= 500 then marks end;
end
$$;
