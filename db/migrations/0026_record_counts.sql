-- How many records there are, kept as they come and go, for sync_status: counting 1.5 million rows
-- by index took 0.2 s of each look at the Sync page. A statement that changes a number adds a row
-- and never changes one, so that no writer waits for another. Each night the rows are counted again
-- and become one for each type (recount_records).
create table record_counts (
    portal_id   bigint not null,
    object_type text   not null,
    entry_id    bigint not null generated always as identity,
    live        bigint not null,  -- by how many records there are more that show
    archived    bigint not null,  -- and of archived and merged ones
    primary key (portal_id, object_type, entry_id)
);
comment on table record_counts is
    'Spoke''s own: by how much the numbers of records changed; their sums are in sync_status';

-- The triggers that follow take the same locks: no write falls between this count and them.
do $$
declare
    kept record;
begin
    for kept in
        select relname as name, substring(relname from '^hubspot_(.*)_raw$') as object_type
        from pg_class
        where relnamespace = to_regnamespace(quote_ident(current_schema())) and relkind = 'r'
            and relname ~ '^hubspot_.*_raw$'
    loop
        execute format('lock table %I in share row exclusive mode', kept.name);
        execute format(
            'insert into record_counts (portal_id, object_type, live, archived)'
            ' select portal_id, %s, count(*) filter (where not archived and merged_into is null),'
            ' count(*) filter (where archived or merged_into is not null) from %I group by 1, 2',
            case when kept.object_type = 'objects' then 'object_type'
                else quote_literal(kept.object_type) end,
            kept.name
        );
    end loop;
end
$$;
