-- Which records have all of these words in their name? Looks in these portals; NULL: in all that
-- the caller may see. records_named calls it and says what a name is. Each expression is the one
-- of an index. Names our tables with their schema: search_names_as_reader runs this with our
-- rights, and a temporary view of such a name would run its maker's code with them.
create or replace function search_names(portals bigint[], object_type text, words text[])
    returns table (portal_id bigint, hubspot_id text)
    language plpgsql stable rows 10
    set search_path from current
as $$
declare
    schema name := (
        select each.nspname
        from pg_catalog.pg_class as kept
        join pg_catalog.pg_namespace as each on each.oid = kept.relnamespace
        where kept.oid = to_regclass('portals'::text)::oid
    );
    called text := case search_names.object_type
        when 'contacts'::text then
            'coalesce(firstname, '''') || '' '' || coalesce(lastname, '''')'
            ' || '' '' || coalesce(email, '''')'::text
        when 'companies'::text then 'coalesce(name, '''') || '' '' || coalesce(domain, '''')'::text
        when 'deals'::text then 'coalesce(dealname, '''')'::text
    end;
    fits text := '';
    word text;
begin
    if called is null then
        return;
    end if;
    foreach word in array words loop
        word := regexp_replace(word, E'([\\\\%_])'::text, E'\\\\\\1'::text, 'g'::text);
        fits := fits || pg_catalog.format(
            ' and (%s) ilike %L'::text, called, '%'::text || word || '%'::text
        );
    end loop;
    return query execute pg_catalog.format(
        'select stored.portal_id, stored.hubspot_id from %I.%I as stored'
        ' where ($1 is null or stored.portal_id = any ($1))'
        ' and not stored.archived and stored.merged_into is null%s',
        schema, 'hubspot_'::text || search_names.object_type || '_raw'::text, fits
    ) using portals;
end
$$;
