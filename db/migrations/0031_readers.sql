-- Who may read, beside the owner. Nobody but the owner may write here, so nobody can widen what
-- they see.

-- People, by the role that they log in with, and the portals that each may see.
create table readers (
    portal_id bigint      not null,
    role_name name        not null,
    added_at  timestamptz not null default now(),
    primary key (portal_id, role_name)
);
comment on table readers is 'which portals a person''s role may see; written by `spoke readers`';

-- Roles of programs, as of our API: each transaction says in spoke.portals which portals it is
-- about. Nobody logs in as one.
create table reading_programs (
    role_name name not null primary key
);
comment on table reading_programs is
    'roles whose portals stand in spoke.portals; written by `spoke migrate`';

-- The two functions below stand here and not in sql/functions because policies hold on to them:
-- they cannot be dropped and made again, as others are when a column changes. The policies are in
-- db/reader_rights.py.

-- Which portals may this role read? For row security, which asks with current_user, and for
-- functions that look up for a reader. A person's portals stand in `readers`. A program says its
-- own in spoke.portals, in each transaction: unset or empty are none. A session that began as a
-- person's sees what that person may, whatever role it takes since.
-- Deliberately an error for any other role that was granted a table: no rows would look like an
-- empty copy. And nothing here may mean a function or operator of another role: literals have
-- types, arrays are made and never compared.
create function portals_for(reader name)
    returns bigint[]
    language plpgsql stable parallel safe
    set search_path from current
as $$
declare
    who name := reader;
    said text;
begin
    if has_table_privilege(to_regclass('readers'::text)::oid, 'select'::text) then
        if exists (select from reading_programs as program where program.role_name = who) then
            if not exists (select from readers as own where own.role_name = session_user) then
                said := nullif(current_setting('spoke.portals'::text, true), ''::text);
                return coalesce(string_to_array(said, ','::text)::bigint[], '{}'::bigint[]);
            end if;
            who := session_user;
        end if;
        if exists (select from readers as own where own.role_name = who) then
            return array(select own.portal_id from readers as own where own.role_name = who);
        end if;
    end if;
    raise exception 'The role % is no reader of this copy.', who
        using hint = 'An operator of Spoke can add it: spoke readers add NAME --portal N.',
            errcode = 'insufficient_privilege';
end
$$;

-- May this role use the company's own tables, once it was granted them? For row security on
-- business.*, which belongs to no portal. Everybody may, as before; but a program only while it
-- names a portal, and Supabase's public roles never.
-- Deliberately leaves the rest to grants: the product that keeps its users there knows nothing of
-- readers and portals.
create function may_use_business()
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
