-- The changes in a portal since its days were added up. NULL where they are not added up, or where
-- so much changed that counting everything is as fast: then the sums are not used. Reads 501 marks
-- at most: a backfill leaves a hundred thousand.
create or replace function unsettled_marks(portal bigint)
    returns sales_marks[]
    language plpgsql stable
    set search_path from current
as $$
declare
    marks sales_marks[];
begin
    if exists (select from sales_sums as sums where sums.portal_id = portal
        and sums.built_at is not null) then
        marks := array(select mark from sales_marks as mark
            where mark.portal_id = portal limit 501);
    end if;
    return case when cardinality(marks) <= 500 then marks end;
end
$$;
