-- Which person is owner 123? One row for each owner that HubSpot knows, with a name to show: for
-- tables and choices by name. The name is first and last name, else the e-mail address, else the
-- id. Keeps owners that left: old deals and calls still name them.
create or replace view owners with (security_invoker = true) as
select
    portal_id,
    hubspot_id as owner_id,
    coalesce(nullif(trim(concat_ws(' ', trim(firstname), trim(lastname))), ''),
        nullif(trim(email), ''), hubspot_id)
        as owner_name,
    email,
    archived
from hubspot_owners;
