-- The product's users, as they were when they were last looked at, in an order in which they are found by id and by
-- address. The company's own table of them may be a view, without any index: then each contact meant reading all of it
-- (12 s for a page of contacts_to_users at 20,000 users). No portal's, as they are the company's.
create table user_keys (
    key_id                bigint generated always as identity primary key,
    user_id               text not null,          -- a view may show a user twice, under two addresses
    email                 text,
    email_key             text generated always as (email_key(email)) stored,
    client_lifetime_spend numeric,
    created_at            timestamptz
);
create index on user_keys (user_id);
create index on user_keys (email_key, created_at) where email_key is not null;

insert into user_keys (user_id, email, client_lifetime_spend, created_at)
select distinct user_id::text, email::text, client_lifetime_spend::numeric, created_at::timestamptz
from business.users
where user_id is not null;

-- In the transaction of the change, whoever makes it: with the rights of our owner, because the program that writes its
-- users needs none here. Rows are taken as they come, so that nobody's write reads the table.
create function keep_users() returns trigger
    language plpgsql security definer
as $$
begin
    if tg_op <> 'INSERT' then
        delete from user_keys where user_id in (select user_id::text from went);
    end if;
    if tg_op <> 'DELETE' then
        insert into user_keys (user_id, email, client_lifetime_spend, created_at)
        select user_id::text, email, client_lifetime_spend, created_at from came where user_id is not null;
    end if;
    return null;
end
$$;

create function forget_users() returns trigger
    language plpgsql security definer
as $$
begin
    delete from user_keys;
    return null;
end
$$;

-- Nobody may put it on a table of theirs, or a temporary table in the place of ours.
revoke execute on function keep_users(), forget_users() from public;
do $$
begin
    execute format('alter function keep_users() set search_path = %I, pg_temp', current_schema());
    execute format('alter function forget_users() set search_path = %I, pg_temp', current_schema());
end
$$;

-- Only where it is a table, ours to alter, with one row for each user. Elsewhere refresh_user_keys finds what changed.
-- The index that 0004 made there is not used any more.
do $$
begin
    if exists (
        select
        from pg_class as kind
        join pg_attribute as key on key.attrelid = kind.oid and key.attname = 'user_id'
        join pg_index as single on single.indrelid = kind.oid and single.indisunique and single.indpred is null
            and single.indkey::text = key.attnum::text
        where kind.oid = to_regclass('business.users') and kind.relkind = 'r'
            and pg_has_role(kind.relowner, 'usage')
    ) then
        create trigger keep_came after insert on business.users referencing new table as came
            for each statement execute function keep_users();
        create trigger keep_replaced after update on business.users referencing old table as went new table as came
            for each statement execute function keep_users();
        create trigger keep_went after delete on business.users referencing old table as went
            for each statement execute function keep_users();
        create trigger keep_none after truncate on business.users
            for each statement execute function forget_users();
    end if;
    if exists (
        select from pg_class
        where oid = to_regclass('business.users_email_key_idx') and pg_has_role(relowner, 'usage')
    ) then
        drop index business.users_email_key_idx;
    end if;
end
$$;
