-- Which of these properties does the portal define? A rate over any other is no rate of 0 but none.
-- All of them where the definitions of the type were never read: nothing is known then.
create or replace function defined_properties(portal bigint, object_type text, names text[])
    returns text[]
    language sql stable
    set search_path from current
as $$
    with known as (
        select name
        from hubspot_properties as property
        where property.portal_id = defined_properties.portal
            and property.object_type = defined_properties.object_type
    )

    select case when not exists (select from known) then names
        else array(select name from known where name = any (names)) end
$$;
