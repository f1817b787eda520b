-- Whom was this call with? Every call once, for call statistics by contact. A call that matches
-- nobody has a NULL contact. link_method says how it is known: 'manual', 'association' or 'phone';
-- calls_to_contacts_from_scratch says what each means. 'manual' without a contact: somebody said
-- that the call was with nobody we know. Shows what is stored in call_links, which triggers keep as
-- calls and contacts change. Deliberately a narrow table, neither a join (0.7 s for 119,000 calls,
-- now 10 ms) nor a column of the calls: a new link would rewrite a row of 1 kB with thirteen
-- indexes, and counting by contact would read all of the calls. An index holds (portal_id,
-- call_timestamp) with contact, duration, disposition and owner, so that a period is answered from
-- it alone.
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
