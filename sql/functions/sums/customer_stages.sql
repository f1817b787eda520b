-- Which lifecycle stages are customers? The portal's own, else customer and evangelist. They are
-- HubSpot's internal names.
create or replace function customer_stages(portal bigint)
    returns text[]
    language sql stable
    set search_path from current
as $$
    select coalesce(
        (
            select settings.customer_stages
            from metric_settings as settings
            where settings.portal_id = customer_stages.portal
        ),
        '{customer,evangelist}'
    )
$$;
