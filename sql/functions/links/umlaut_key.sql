-- Answers the key of a name with its umlauts written out, as people type it without such keys:
-- mueller for Müller, whose company_key is muller. NULL for names without umlauts. Never turns ue
-- into u: Mueller and Muller may be two.
create or replace function umlaut_key(name text) returns text
    language plpgsql stable parallel safe
    set search_path from current
as $$
declare
    composed text := normalize(left(name, 200), nfkc);
begin
    if composed !~ '[äöüøåÄÖÜØÅ]' then
        return null;
    end if;
    composed := regexp_replace(composed, '[äÄ]', 'ae', 'g');
    composed := regexp_replace(composed, '[öøÖØ]', 'oe', 'g');
    composed := regexp_replace(composed, '[üÜ]', 'ue', 'g');
    return company_key(regexp_replace(composed, '[åÅ]', 'aa', 'g'));
end
$$;
