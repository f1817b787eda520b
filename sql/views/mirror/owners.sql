-- Which person is owner 123? One row for each owner that HubSpot knows, with a name to show: for
-- tables and choices by name. The name is first and last name, else the e-mail address, else the
-- id. It keeps owners who left, with the name that they had: old deals and calls still name them.
-- gone_at says since when HubSpot no longer lists an owner. Leaves out the owners' teams.
create or replace view owners with (security_invoker = true) as
select
    portal_id,
    hubspot_id as owner_id,
    coalesce(nullif(trim(concat_ws(' ', trim(firstname), trim(lastname))), ''),
        nullif(trim(email), ''), hubspot_id)
        as owner_name,
    email,
    archived,
    gone_at
from hubspot_owners;
