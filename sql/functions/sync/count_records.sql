-- Records came, went, were archived or shown again: by how much are there more or fewer? Keeps
-- record_counts. A type that shares its table with others stands in the row, any other in the
-- trigger's argument. Of updates only rows are looked at that show since, or no longer do: nearly
-- none. Leaves out a TRUNCATE: recount_records counts again.
create or replace function count_records()
    returns trigger
    language plpgsql
    set search_path from current
as $$
begin
    if tg_op = 'INSERT' then
        insert into record_counts (portal_id, object_type, live, archived)
        select
            portal_id,
            coalesce(tg_argv[0], to_jsonb(changed) ->> 'object_type'),
            count(*) filter (where not archived and merged_into is null),
            count(*) filter (where archived or merged_into is not null)
        from changed
        group by 1, 2;
    elsif tg_op = 'DELETE' then
        insert into record_counts (portal_id, object_type, live, archived)
        select
            portal_id,
            coalesce(tg_argv[0], to_jsonb(changed) ->> 'object_type'),
            -count(*) filter (where not archived and merged_into is null),
            -count(*) filter (where archived or merged_into is not null)
        from changed
        group by 1, 2;
    else
        insert into record_counts (portal_id, object_type, live, archived)
        select
            new.portal_id,
            coalesce(tg_argv[0], to_jsonb(new) ->> 'object_type'),
            case when new.archived or new.merged_into is not null then -1 else 1 end,
            case when new.archived or new.merged_into is not null then 1 else -1 end;
    end if;
    return null;
end
$$;

-- for each type:
create or replace trigger count_came after insert on hubspot_<type>_raw
    referencing new table as changed
    for each statement execute function count_records('<type>');
create or replace trigger count_went after delete on hubspot_<type>_raw
    referencing old table as changed
    for each statement execute function count_records('<type>');
create or replace trigger count_changed after update on hubspot_<type>_raw
    for each row
    when ((old.archived or old.merged_into is not null)
        <> (new.archived or new.merged_into is not null))
    execute function count_records('<type>');
-- end
create or replace trigger count_came after insert on hubspot_objects_raw
    referencing new table as changed
    for each statement execute function count_records();
create or replace trigger count_went after delete on hubspot_objects_raw
    referencing old table as changed
    for each statement execute function count_records();
create or replace trigger count_changed after update on hubspot_objects_raw
    for each row
    when ((old.archived or old.merged_into is not null)
        <> (new.archived or new.merged_into is not null))
    execute function count_records();
