-- How far did a deal come without leaving a step out? Of the steps that it entered, in their time,
-- the last one that was reached by way of all before it. 0 where it never began at the first.
create or replace function steps_in_order(path integer[])
    returns integer
    language plpgsql immutable parallel safe
    set search_path from current
as $$
declare
    furthest integer := 0;
    step integer;
begin
    foreach step in array path loop
        if step = furthest + 1 then
            furthest := step;
        end if;
    end loop;
    return furthest;
end
$$;
