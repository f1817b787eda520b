-- Whom was this call with? One row for each call, for call statistics by contact. A call that
-- matches no contact has a NULL contact. link_method says how it is known: 'manual', 'association'
-- or 'phone'; calls_to_contacts_from_scratch says what each means. 'manual' without a contact: a
-- person said that the call was with no contact we know. Shows the rows of call_links, which
-- triggers keep as calls and contacts change. call_links is a narrow table and no join: 10 ms for
-- 119,000 calls, where a join took 0.7 s. It is no column of the calls either. A new link would
-- rewrite a row of 1 kB with thirteen indexes, and counting by contact would read all of the calls.
-- An index holds (portal_id, call_timestamp) with contact, duration, disposition and owner, so that
-- a period is answered from it alone. Leaves out archived and merged calls.
create or replace view calls_to_contacts with (security_invoker = true) as
select
    portal_id,
    call_id,
    contact_id,
    link_method,
    call_timestamp,
    call_duration,
    call_direction,
    call_disposition,
    hubspot_owner_id
from call_links;
