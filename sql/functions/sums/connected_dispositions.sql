-- Which outcomes of a call mean that it was answered? The portal's own, else HubSpot's outcome
-- "Connected", whose id is the same in every portal.
create or replace function connected_dispositions(portal bigint)
    returns text[]
    language sql stable
    set search_path from current
as $$
    select coalesce(
        (
            select settings.connected_dispositions
            from metric_settings as settings
            where settings.portal_id = connected_dispositions.portal
        ),
        '{f240bbac-87c9-4f6e-bf70-924b57d47db7}'
    )
$$;
