-- Keep user_keys as business.users changes, in the transaction of the change. With the rights of
-- our owner, because the program that writes its users needs none here. Rows are taken from the
-- change itself, so that no write reads the table. The triggers stand only where business.users is
-- a table, ours to alter, with one row for each user; elsewhere refresh_user_keys finds the
-- changes.
create or replace function keep_users() returns trigger
    language plpgsql security definer
as $$
begin
    if tg_op <> 'INSERT' then
        delete from user_keys where user_id in (select user_id::text from went);
    end if;
    if tg_op <> 'DELETE' then
        insert into user_keys (user_id, email, client_lifetime_spend, created_at)
        select user_id::text, email, client_lifetime_spend, created_at
        from came
        where user_id is not null;
    end if;
    return null;
end
$$;

-- No other role may put it on a table of its own, or a temporary table in the place of ours.
revoke execute on function keep_users() from public;

do $$
begin
    execute format('alter function keep_users() set search_path = %I, pg_temp', current_schema());
    if exists (
        select
        from pg_class as kind
        join pg_attribute as key on key.attrelid = kind.oid and key.attname = 'user_id'
        join pg_index as single on single.indrelid = kind.oid and single.indisunique
            and single.indpred is null and single.indkey::text = key.attnum::text
        where kind.oid = to_regclass('business.users') and kind.relkind = 'r'
            and pg_has_role(kind.relowner, 'usage')
    ) then
        create or replace trigger keep_came after insert on business.users
            referencing new table as came
            for each statement execute function keep_users();
        create or replace trigger keep_replaced after update on business.users
            referencing old table as went new table as came
            for each statement execute function keep_users();
        create or replace trigger keep_went after delete on business.users
            referencing old table as went
            for each statement execute function keep_users();
    end if;
end
$$;
