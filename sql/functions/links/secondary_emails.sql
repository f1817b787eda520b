-- Answers a contact's other addresses, as keys: HubSpot keeps them in hs_additional_emails, with
-- semicolons between them. NULL where there are none.
create or replace function secondary_emails(raw_json jsonb) returns text[]
    language sql immutable parallel safe
    set search_path from current
as $$
    select array_agg(email_key(address) order by place)
    from string_to_table(raw_json -> 'properties' ->> 'hs_additional_emails', ';')
        with ordinality as each (address, place)
    where email_key(address) is not null
$$;
