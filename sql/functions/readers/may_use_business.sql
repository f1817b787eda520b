-- May this role use the company's own tables, once it was granted them? For row security on
-- business.*, which belongs to no portal. Every role may, but a program only while it names a
-- portal, and Supabase's public roles never. Leaves the rest to grants: the product that keeps its
-- users there knows nothing of readers and portals.
create or replace function may_use_business()
    returns boolean
    language plpgsql stable parallel safe
    set search_path from current
as $$
begin
    if current_user in ('anon'::name, 'authenticated'::name) then
        return false;
    end if;
    if has_table_privilege(to_regclass('reading_programs'::text)::oid, 'select'::text) then
        if exists (select from reading_programs as each where each.role_name = current_user) then
            return exists (select from unnest(portals_for(current_user)));
        end if;
    end if;
    return true;
end
$$;
