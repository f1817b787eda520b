-- Who is linked to whom is asked all the time while records come in: by the triggers that keep call_links, and by fetches
-- for the other ends of a link. A GIN index puts what is new on a list first, which every look goes through from end to
-- end until a vacuum sorts it in: during the first backfill of 119,000 calls a page of contacts waited 12 s for it. An
-- array of links has an entry or two, so sorting it in at once costs next to nothing.
do $$
declare
    index_of_links regclass;
begin
    for index_of_links in
        select pg_index.indexrelid
        from pg_index
        join pg_class on pg_class.oid = pg_index.indexrelid
        join pg_am on pg_am.oid = pg_class.relam
        join pg_attribute on pg_attribute.attrelid = pg_index.indrelid and pg_attribute.attnum = pg_index.indkey[0]
        where pg_am.amname = 'gin'
            and pg_class.relnamespace = quote_ident(current_schema())::regnamespace
            and pg_attribute.attname like '%\_ids'
    loop
        execute format('alter index %s set (fastupdate = off)', index_of_links);
        perform gin_clean_pending_list(index_of_links);
    end loop;
end
$$;
