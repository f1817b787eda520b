-- Makes the three triggers of a table that keep its sums, where they are not there: a trigger waits
-- for every transaction that wrote to its table.
create or replace function make_rollup_triggers(relation text, called text)
    returns void
    language plpgsql
    set search_path from current
as $$
declare
    wanted record;
begin
    for wanted in
        select made.* from (values
            ('roll_came', 'insert', 'new table as new_rows'),
            ('roll_went', 'delete', 'old table as old_rows'),
            ('roll_changed', 'update', 'old table as old_rows new table as new_rows')
        ) as made (name, operation, rows)
        where not exists (
            select from pg_trigger
            where tgrelid = to_regclass(quote_ident(relation)) and tgname = made.name
                and tgfoid = to_regproc(quote_ident(called))
        )
    loop
        execute format(
            'create or replace trigger %I after %s on %I referencing %s'
            ' for each statement execute function %I()',
            wanted.name, wanted.operation, relation, wanted.rows, called
        );
    end loop;
end
$$;
