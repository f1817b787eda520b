-- Was a ticket resolved in time? Critical within 4 hours, High within 24, Medium within 72, Low
-- within 168. HubSpot calls the first one Urgent. NULL where it is unresolved or has no priority:
-- such a ticket is in no rate. PostgreSQL inlines it: the body is parsed here and needs no
-- search_path.
create or replace function sla_met(priority text, resolution_hours numeric) returns boolean
    language sql immutable parallel safe
    return resolution_hours <= case lower(priority)
        when 'critical' then 4
        when 'urgent' then 4
        when 'high' then 24
        when 'medium' then 72
        when 'low' then 168
    end;
