-- How much did a contact do on the company's pages? Page views and ten for each form, 1000 at most.
-- What is unknown counts as none; NULL where both are. PostgreSQL inlines it: the body is parsed
-- here and needs no search_path.
create or replace function engagement_index(page_views integer, forms integer) returns bigint
    language sql immutable parallel safe
    return case
        when page_views is not null or forms is not null
            then least(coalesce(page_views, 0)::bigint + 10 * coalesce(forms, 0)::bigint, 1000)
    end;
