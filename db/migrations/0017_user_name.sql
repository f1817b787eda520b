-- People's own tables of users have a name to show in one column; so has ours. Where a company's
-- view or table stands in the place of ours, it is left as it is: Spoke reads first_name and
-- last_name.
do $$
begin
    if exists (
        select
        from pg_class
        where oid = to_regclass('business.users')
          and relkind = 'r'
          and pg_has_role(relowner, 'usage')
    ) then
        alter table business.users add column if not exists user_name text;
    end if;
end
$$;
