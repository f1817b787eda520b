-- Which portals may this role read? For row security, which asks with current_user, and for
-- functions that look up for a reader. A person's portals stand in `readers`. A program says its
-- own in spoke.portals, in each transaction: unset or empty are none. A session that began as a
-- person's sees what that person may, also under a role that it takes later. An error for any other
-- role that was granted a table: no rows would look like an empty copy. Literals have types, and
-- arrays are made and never compared: nothing here may mean a function or operator of another role.
create or replace function portals_for(reader name)
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
