-- Count every record again, each night: sums of what came and went become one row for each type,
-- right again also where rows were written with triggers off. Each type is one statement: what is
-- committed meanwhile stands in rows of its own, which that statement neither sees nor deletes.
create or replace function recount_records() returns void
    language plpgsql
    set search_path from current
as $$
begin
    perform pg_advisory_xact_lock(x'5B0E5'::bigint);  -- two at once would count twice
    -- for each type:
    with gone as (
        delete from record_counts where object_type = '<type>'
    )

    insert into record_counts (portal_id, object_type, live, archived)
    select
        portal_id,
        '<type>',
        count(*) filter (where not archived and merged_into is null),
        count(*) filter (where archived or merged_into is not null)
    from hubspot_<type>_raw
    group by portal_id;
    -- end
    with gone as (
        delete from record_counts where object_type <> all (array[<types>])
    )

    insert into record_counts (portal_id, object_type, live, archived)
    select
        portal_id,
        object_type,
        count(*) filter (where not archived and merged_into is null),
        count(*) filter (where archived or merged_into is not null)
    from hubspot_objects_raw
    group by portal_id, object_type;
end
$$;
