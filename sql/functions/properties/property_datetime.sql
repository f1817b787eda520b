-- What time is in the text of a property? ISO 8601 (UTC where it has no offset), a plain date
-- (midnight UTC), or epoch milliseconds; NULL for anything else, such as 30 February.
-- hubspot/property_values.py reads the same. It reads fewer than nine digits only where they are
-- whole days, as date properties hold them: 20240102 may be a day that was typed in.
create or replace function property_datetime(value text)
    returns timestamptz
    language plpgsql immutable strict parallel safe
as $$
declare
    trimmed text := btrim(value, E' \t\n\r\f\x0b\u00a0');
    month_begins date;
    milliseconds bigint;
    moment timestamptz;
begin
    if trimmed ~ '^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])'
            '(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?'
            '(?:Z|[-+](?:0[0-9]|1[0-4]):?[0-5][0-9])?)?$'
        and trimmed >= '0001'
    then
        if substr(trimmed, 9, 2) > '28' then
            month_begins :=
                make_date(substr(trimmed, 1, 4)::integer, substr(trimmed, 6, 2)::integer, 1);
            if month_begins + substr(trimmed, 9, 2)::integer
                > (month_begins + interval '1 month')::date
            then
                return null;
            end if;
        end if;
        trimmed := regexp_replace(trimmed, '([.][0-9]{6})[0-9]+', '\1');
        moment := case when substr(trimmed, 11) ~ '[-+Z]' then trimmed else trimmed || ' Z'
            end::timestamptz;
        return case
            when moment >= timestamptz '0001-01-01 00:00Z'
                and moment < timestamptz '9999-12-31 00:00Z' + interval '1 day' then moment
        end;
    elsif trimmed ~ '^-?[0-9]{1,15}(?:[.]0+)?$' then
        milliseconds := split_part(trimmed, '.', 1)::bigint;
        if milliseconds between -62135596800000 and 253402300799999
            and (length(split_part(ltrim(trimmed, '-'), '.', 1)) >= 9
                or milliseconds % 86400000 = 0)
        then
            -- In two steps, each exact: an interval is multiplied as a float.
            return timestamptz '1970-01-01 00:00Z'
                + milliseconds / 1000 * interval '1 second'
                + milliseconds % 1000 * interval '1 millisecond';
        end if;
    end if;
    return null;
end
$$;
