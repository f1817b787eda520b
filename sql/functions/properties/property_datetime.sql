-- A property's text as a time: ISO 8601 (UTC where it has no offset), a plain date (midnight UTC),
-- or epoch milliseconds. 30 February is no time. Answers NULL for text that is no such value, never
-- an error: a view of every record must not fail because of one. Immutable, so that people may
-- index what they filter by. PL/pgSQL, because the value is read twice.
create or replace function property_datetime(value text) returns timestamptz
    language plpgsql immutable strict parallel safe
as $$
declare
    month_begins date;
begin
    if value ~ ('^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])'
            '(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?'
            '(?:Z|[-+](?:0[0-9]|1[0-4]):?[0-5][0-9])?)?$')
        and value >= '0001'
    then
        if substr(value, 9, 2) > '28' then
            month_begins := make_date(
                substr(value, 1, 4)::integer, substr(value, 6, 2)::integer, 1);
            if month_begins + substr(value, 9, 2)::integer
                > (month_begins + interval '1 month')::date
            then
                return null;
            end if;
        end if;
        return case when substr(value, 11) ~ '[-+Z]' then value else value || ' Z' end::timestamptz;
    elsif value ~ '^-?[0-9]{9,15}$'
        and value::bigint between -62135596800000 and 253402300799999
    then
        return timestamptz '1970-01-01 00:00Z' + value::bigint * interval '1 millisecond';
    end if;
    return null;
end
$$;
