-- What changed, when, from what to what? One row for each change of a property whose history is
-- kept (property_history says which), for "what changed yesterday": filter by portal_id and
-- changed_at, which have an index. changed_at is HubSpot's time. source is how it was changed, by
-- people or programs. `listen spoke_changes` tells at once that there are new ones. Leaves out
-- first values, which changed nothing, values that were set again, and all other properties.
create or replace view changes with (security_invoker = true) as
select
    latest.portal_id,
    latest.object_type,
    latest.hubspot_id,
    latest.property,
    latest.changed_at,
    before.value as from_value,
    latest.value as to_value,
    latest.source,
    latest.source_id
from property_history as latest
cross join lateral (
    select earlier.value
    from property_history as earlier
    where
        earlier.portal_id = latest.portal_id
        and earlier.object_type = latest.object_type
        and earlier.hubspot_id = latest.hubspot_id
        and earlier.property = latest.property
        and earlier.changed_at < latest.changed_at
    order by earlier.changed_at desc
    limit 1
) as before
where before.value is distinct from latest.value;
