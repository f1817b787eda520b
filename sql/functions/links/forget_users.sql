-- business.users was emptied by truncate, which no statement's rows show: forget all user_keys. As
-- keep_users, with the rights of our owner and only where business.users is a table.
create or replace function forget_users() returns trigger
    language plpgsql security definer
as $$
begin
    delete from user_keys;
    return null;
end
$$;

revoke execute on function forget_users() from public;

do $$
begin
    execute format('alter function forget_users() set search_path = %I, pg_temp', current_schema());
    -- keep_users decides where triggers may stand
    if exists (
        select from pg_trigger
        where tgrelid = to_regclass('business.users') and tgfoid = 'keep_users'::regproc
    ) then
        create or replace trigger keep_none after truncate on business.users
            for each statement execute function forget_users();
    end if;
end
$$;
