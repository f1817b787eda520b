-- Bring user_keys up to date with business.users. The clock calls it every minute; call it yourself
-- to see a change at once. Answers how many rows differed. Where business.users is a table,
-- triggers keep user_keys in the transaction of the change (keep_users), and nothing differs. Mends
-- `at_most` users, each with all of its rows (NULL: all users): the next call mends more. One
-- process at a time: two would add the same users twice. The second answers 0.
create or replace function refresh_user_keys(at_most integer default null)
    returns bigint
    language plpgsql
    set search_path from current
as $$
declare
    differing bigint;
begin
    if not pg_try_advisory_xact_lock(x'5B0D1'::bigint) then
        return 0;
    end if;
    with fresh as materialized (
        select user_id::text as user_id, email::text as email,
            client_lifetime_spend::numeric as client_lifetime_spend,
            created_at::timestamptz as created_at
        from business.users
        where user_id is not null
    ),

    known as materialized (
        select user_id, email, client_lifetime_spend, created_at from user_keys
    ),

    every_one_that_came as materialized (select * from fresh except select * from known),

    every_one_that_went as materialized (select * from known except select * from fresh),

    mended as materialized (
        select user_id from every_one_that_came union select user_id from every_one_that_went
        limit at_most
    ),

    came as materialized (
        select each_one.* from every_one_that_came as each_one join mended using (user_id)
    ),

    went as materialized (
        select each_one.* from every_one_that_went as each_one join mended using (user_id)
    ),

    gone as (
        delete from user_keys as kept
        using went
        where kept.user_id = went.user_id
            and (kept.email, kept.client_lifetime_spend, kept.created_at)
                is not distinct from (went.email, went.client_lifetime_spend, went.created_at)
    ),

    put as (
        insert into user_keys (user_id, email, client_lifetime_spend, created_at)
        select user_id, email, client_lifetime_spend, created_at from came
    )

    select (select count(*) from came) + (select count(*) from went) into differing;
    return differing;
end
$$;
