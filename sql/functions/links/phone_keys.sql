-- Answers every phone number in a field, as links compare it where no country is known. A key is
-- the digits without the leading 00, the (0) behind a country's prefix, and a spreadsheet's ".0".
-- It has 10 to 15 digits, because "972" would link a contact with every call of a country. An
-- extension follows behind an x. More digits at a stretch are several numbers, told apart by
-- slashes or blanks, or none. Numbers that no plan has are left out (is_dialled). A field of one
-- number alone, as nearly all are, is read at once: told apart like the others it took ten times as
-- long.
create or replace function phone_keys(field text) returns text[]
    language plpgsql immutable parallel safe
    set search_path from current
as $$
declare
    digits text;
begin
    if field ~ '^[+]?(?:[0-9]{0,3} ?[(][0-9]{2,5}[)])?[-0-9. ]{1,22}$' and field !~ '[.]0+$' then
        digits := regexp_replace(translate(field, '+- ().', ''), '^00', '');
        if length(digits) <= 15 then
            return case
                when length(digits) >= 10 and is_dialled(digits) then array[digits] else '{}' end;
        end if;
    end if;
    return phone_keys_among(left(field, 300));
end
$$;
