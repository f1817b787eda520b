-- Answers every number of a contact as links compare it, extensions behind an x. It is in E.164
-- where the workers read it ('' says that they found none), else as phone_keys reads it.
create or replace function contact_phone_keys(
    phone_e164 text, phone text, mobile_e164 text, mobilephone text, further text
) returns text[]
    language plpgsql immutable parallel safe
    set search_path from current
as $$
begin
    return coalesce(string_to_array(nullif(phone_e164, ''), ' '), '{}')
        || coalesce(string_to_array(nullif(mobile_e164, ''), ' '), '{}')
        || case when phone_e164 is null and phone is not null then phone_keys(phone) else '{}' end
        || case when mobile_e164 is null and coalesce(mobilephone, further) is not null
            then phone_keys(concat_ws('; ', mobilephone, further)) else '{}' end;
end
$$;
