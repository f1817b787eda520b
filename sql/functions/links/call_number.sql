-- Answers the number of the other party of a call, as contact_phone_keys writes it: of several in a
-- field the first. Where the direction is unknown, it is the number called, else the calling one.
create or replace function call_number(
    direction text, to_e164 text, to_number text, from_e164 text, from_number text
) returns text
    language plpgsql immutable parallel safe
    set search_path from current
as $$
declare
    found text;
begin
    if direction is distinct from 'INBOUND' then
        found := (contact_phone_keys(to_e164, to_number, null, null, null))[1];
    end if;
    if direction is distinct from 'OUTBOUND' and found is null then
        found := (contact_phone_keys(from_e164, from_number, null, null, null))[1];
    end if;
    return found;
end
$$;
