-- What the generated views read property values with, and what is known of those views.
-- Values are text as HubSpot sent it. Each function answers NULL for what its type cannot hold, never an error: a view
-- of every record must not fail because of one. All are immutable, so that people may index what they filter by.
-- PL/pgSQL where a value is looked at twice: inlined SQL would unpack the record's JSON once for each look.

-- Digits with at most one point and an exponent below 1,000, as the typed columns take them; no NaN, no Infinity.
create function property_number(value text) returns numeric
    language plpgsql immutable strict parallel safe
as $$
begin
    if value ~ '^\s*[-+]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][-+]?[0-9]{1,3})?\s*$' and length(value) <= 1000 then
        return value::numeric;
    end if;
    return null;
end
$$;

-- ISO 8601 (UTC where it has no offset), a plain date (midnight UTC), or epoch milliseconds. 30 February is no time.
create function property_datetime(value text) returns timestamptz
    language plpgsql immutable strict parallel safe
as $$
declare
    month_begins date;
begin
    if value ~ '^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?(?:Z|[-+](?:0[0-9]|1[0-4]):?[0-5][0-9])?)?$'
        and value >= '0001'
    then
        if substr(value, 9, 2) > '28' then
            month_begins := make_date(substr(value, 1, 4)::integer, substr(value, 6, 2)::integer, 1);
            if month_begins + substr(value, 9, 2)::integer > (month_begins + interval '1 month')::date then
                return null;
            end if;
        end if;
        return case when substr(value, 11) ~ '[-+Z]' then value else value || ' Z' end::timestamptz;
    elsif value ~ '^-?[0-9]{9,15}$' and value::bigint between -62135596800000 and 253402300799999 then
        return timestamptz '1970-01-01 00:00Z' + value::bigint * interval '1 millisecond';
    end if;
    return null;
end
$$;

-- The day in UTC: HubSpot's dates are midnight UTC.
create function property_date(value text) returns date
    language sql immutable parallel safe
    return (property_datetime(value) at time zone 'UTC')::date;

-- The words of hubspot/records.py.
create function property_boolean(value text) returns boolean
    language sql immutable parallel safe
    return case lower(trim(value))
        when 'true' then true when 'yes' then true when 'y' then true when '1' then true when 'on' then true
        when 'false' then false when 'no' then false when 'n' then false when '0' then false when 'off' then false
    end;

-- The chosen options of a multi-select, "a;b"; NULL where none is. HubSpot's own appends may leave empty ones.
create function property_options(value text) returns text[]
    language sql immutable parallel safe
    return nullif(array_remove(string_to_array(value, ';'), ''), '{}');

-- Each generated view as it was built last: `definition` is a hash of what was asked for, so that nothing is done when
-- nothing changed. Of the schema, not of a portal: several portals share each view.
create table typed_views (
    name       text        not null primary key,
    definition text        not null,
    columns    jsonb       not null,          -- [{"name", "source", "type"}] of the properties, in order
    left_out   text[]      not null,          -- properties beyond PostgreSQL's limit of columns
    problem    text,                          -- why the view is not as the portals' definitions want it
    built_at   timestamptz not null default now()
);
comment on table typed_views is 'what `spoke status` says of contacts, companies, deals … with a column for each property';

-- Typed columns that are not called as their property is: the generated views go by these comments.
comment on column hubspot_calls_raw.call_duration is 'HubSpot property hs_call_duration, in milliseconds';
comment on column hubspot_calls_raw.call_direction is 'HubSpot property hs_call_direction';
comment on column hubspot_calls_raw.call_to_number is 'HubSpot property hs_call_to_number';
comment on column hubspot_calls_raw.call_from_number is 'HubSpot property hs_call_from_number';
comment on column hubspot_calls_raw.call_timestamp is 'HubSpot property hs_timestamp';
comment on column hubspot_calls_raw.call_disposition is 'HubSpot property hs_call_disposition';
comment on column hubspot_tickets_raw.pipeline is 'HubSpot property hs_pipeline';
comment on column hubspot_tickets_raw.pipeline_stage is 'HubSpot property hs_pipeline_stage';
comment on column hubspot_tickets_raw.priority is 'HubSpot property hs_ticket_priority';
comment on column hubspot_tickets_raw.category is 'HubSpot property hs_ticket_category';
comment on column hubspot_line_items_raw.product_id is 'HubSpot property hs_product_id';
comment on column hubspot_products_raw.sku is 'HubSpot property hs_sku';
comment on column hubspot_emails_raw.subject is 'HubSpot property hs_email_subject';
comment on column hubspot_emails_raw.direction is 'HubSpot property hs_email_direction';
comment on column hubspot_emails_raw.status is 'HubSpot property hs_email_status';
comment on column hubspot_emails_raw.email_timestamp is 'HubSpot property hs_timestamp';
comment on column hubspot_meetings_raw.title is 'HubSpot property hs_meeting_title';
comment on column hubspot_meetings_raw.outcome is 'HubSpot property hs_meeting_outcome';
comment on column hubspot_meetings_raw.start_time is 'HubSpot property hs_meeting_start_time';
comment on column hubspot_meetings_raw.end_time is 'HubSpot property hs_meeting_end_time';
comment on column hubspot_meetings_raw.meeting_timestamp is 'HubSpot property hs_timestamp';
comment on column hubspot_notes_raw.body is 'HubSpot property hs_note_body';
comment on column hubspot_notes_raw.note_timestamp is 'HubSpot property hs_timestamp';
comment on column hubspot_tasks_raw.subject is 'HubSpot property hs_task_subject';
comment on column hubspot_tasks_raw.status is 'HubSpot property hs_task_status';
comment on column hubspot_tasks_raw.priority is 'HubSpot property hs_task_priority';
comment on column hubspot_tasks_raw.due_at is 'HubSpot property hs_timestamp';
