-- The number of the other party of a call, as a key. Where the direction is unknown, the number
-- that was called, else the one that called. PostgreSQL inlines it: the body is parsed here and
-- needs no search_path.
create or replace function call_phone_key(
    direction text, to_e164 text, to_number text, from_e164 text, from_number text
)
    returns text
    language sql immutable parallel safe
    return case direction
        when 'OUTBOUND' then coalesce(to_e164, phone_key(to_number))
        when 'INBOUND' then coalesce(from_e164, phone_key(from_number))
        else coalesce(to_e164, phone_key(to_number), from_e164, phone_key(from_number))
    end;
