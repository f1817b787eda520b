-- What the API and the pages read of records: definitions, one record's past and its links.

-- name: record_fields
-- The properties that a portal defines for a type: the allow-list of columns, sorts and filters.
-- `sorted_as` is the kind in which an index has the values of one that people sort by, and
-- `asked_lately` tells that this need not be noted again.
select name, coalesce(nullif(label, ''), name) as label, coalesce(type, 'string') as type,
       coalesce(field_type, '') as field_type, coalesce(raw_json->>'groupName', '') as "group",
       coalesce(raw_json->>'dataSensitivity', 'non_sensitive') <> 'non_sensitive' as is_sensitive,
       coalesce(raw_json->>'hubspotDefined', 'false') = 'true' as is_hubspots,
       case when asked.made_at is not null then asked.kind end as sorted_as,
       coalesce(asked.asked_at > now() - interval '1 day', false) as asked_lately
  from hubspot_properties as defined
  left join asked_sorts as asked
    on asked.portal_id = defined.portal_id and asked.object_type = defined.object_type
   and asked.property = defined.name
 where defined.portal_id = %(portal_id)s and defined.object_type = %(object_type)s
 order by name;

-- name: record_fields_named
-- The same of several types, of the properties that a search needs.
select object_type, name, coalesce(nullif(label, ''), name) as label,
       coalesce(type, 'string') as type, coalesce(raw_json->>'groupName', '') as "group",
       coalesce(raw_json->>'dataSensitivity', 'non_sensitive') <> 'non_sensitive' as is_sensitive,
       coalesce(raw_json->>'hubspotDefined', 'false') = 'true' as is_hubspots,
       null as sorted_as, false as asked_lately
  from hubspot_properties
 where portal_id = %(portal_id)s and object_type = any (%(types)s::text[])
   and name = any (%(names)s::text[]);

-- name: record_history
-- Newest first, of the properties that the caller may see. `previous` is the value before.
select property, changed_at, value,
       lag(value) over (partition by property order by changed_at) as previous,
       source, source_id
  from property_history
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and hubspot_id = %(hubspot_id)s and property = any (%(names)s::text[])
 order by changed_at desc, property
 limit %(limit)s;

-- name: record_history_marks
-- Whether the history of a record waits to be read from HubSpot: until then it may lack versions.
select exists (
    select
      from history_marks
     where portal_id = %(portal_id)s and object_type = %(object_type)s
       and hubspot_id = %(hubspot_id)s
) as waits;

-- name: users_of_contact
-- The user of the product that a contact is.
select 'user' as kind, null as object_type, user_id as to_id, email as to_name,
       link_method as reason, null::numeric as score, null as doubt
  from contacts_to_users
 where portal_id = %(portal_id)s and contact_id = %(hubspot_id)s;

-- name: calls_of_contact
-- The newest calls with a contact.
select 'call' as kind, 'calls' as object_type, call_id as to_id,
       concat_ws(' ', initcap(call_direction), to_char(call_timestamp, 'YYYY-MM-DD HH24:MI'))
           as to_name,
       link_method as reason, null::numeric as score, null as doubt
  from calls_to_contacts
 where portal_id = %(portal_id)s and contact_id = %(hubspot_id)s
 order by call_timestamp desc nulls last
 limit 50;

-- name: contacts_of_call
-- Whom a call was with.
select 'contact' as kind, 'contacts' as object_type, contact_id as to_id, null as to_name,
       link_method as reason, null::numeric as score, null as doubt
  from calls_to_contacts
 where portal_id = %(portal_id)s and call_id = %(hubspot_id)s and contact_id is not null;

-- name: deals_of_call
-- Which deals a call was about.
select 'deal' as kind, 'deals' as object_type, deal_id as to_id, null as to_name,
       concat_ws(', by ', 'contact ' || contact_id, replace(link_method, 'deal_phone',
           'the deal''s phone number')) as reason, null::numeric as score,
       null as doubt
  from calls_to_deals
 where portal_id = %(portal_id)s and call_id = %(hubspot_id)s
 order by deal_id
 limit 50;

-- name: calls_of_deal
-- Which calls a deal had, by way of its contacts.
select 'call' as kind, 'calls' as object_type, call_id as to_id, null as to_name,
       concat_ws(', by ', 'contact ' || contact_id, replace(link_method, 'deal_phone',
           'the deal''s phone number')) as reason, null::numeric as score,
       null as doubt
  from calls_to_deals
 where portal_id = %(portal_id)s and deal_id = %(hubspot_id)s
 order by call_id desc
 limit 50;

-- name: teams_of_company
-- The teams that a company may stand behind, and how sure each is. A link by hand comes first.
select 'team' as kind, null as object_type, from_id as to_id, null as to_name,
       concat_ws(': ', 'manual', nullif(note, '')) as reason, 1::numeric as score, null as doubt
  from manual_links
 where portal_id = %(portal_id)s and kind = 'team_company' and to_id = %(hubspot_id)s
union all
select 'team', null, team_id, null, link_rule, round(link_score, 3), doubt
  from team_links
 where portal_id = %(portal_id)s and company_id = %(hubspot_id)s
 order by score desc, to_id
 limit 50;

-- name: record_choices
-- What the values of these properties are called: the options of choices, owners, stages and
-- pipelines. Of two labels for one value the first stays.
select property.name, option->>'value' as value, option->>'label' as label
  from hubspot_properties as property
 cross join jsonb_path_query(property.raw_json, '$.options[*]') as option
 where property.portal_id = %(portal_id)s and property.object_type = %(object_type)s
   and property.name = any (%(names)s::text[]) and option->>'label' <> ''
union all
select 'hubspot_owner_id', owner_id, owner_name
  from owners
 where portal_id = %(portal_id)s
union all
select unnest(array['dealstage', 'hs_pipeline_stage']), stage_id, stage_label
  from pipeline_stages
 where portal_id = %(portal_id)s and object_type = %(object_type)s
union all
select unnest(array['pipeline', 'hs_pipeline']), hubspot_id, label
  from hubspot_pipelines
 where portal_id = %(portal_id)s and object_type = %(object_type)s;
