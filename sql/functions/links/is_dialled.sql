-- Can these digits be a person's number? One digit over and over cannot, nor can digits in a row:
-- no numbering plan has them, and forms are full of them.
create or replace function is_dialled(digits text) returns boolean
    language plpgsql immutable parallel safe
    set search_path from current
as $$
begin
    return translate(digits, left(digits, 1), '') <> ''
        and strpos('0123456789012345678901234567890', digits) = 0
        and strpos('9876543210987654321098765432109', digits) = 0;
end
$$;
