-- Properties that became sensitive after their values had come.

-- name: is_look_due
select exists (
    select from sensitive_looks where portal_id = %(portal_id)s and object_type = %(object_type)s
) as found;

-- name: withdraw_properties
-- Of the sensitive ones those that were mirrored until now; all of them in the first look after an
-- upgrade, if these are `whole`. Their histories are followed no longer: HubSpot refuses a request
-- that names one of them.
with look as (
    delete from sensitive_looks
     where portal_id = %(portal_id)s and object_type = %(object_type)s and %(whole)s
    returning portal_id
), sensitive as (
    select name
      from unnest(%(names)s::text[]) as given (name)
     where exists (select from look)
        or name in (select name
                      from hubspot_properties
                     where portal_id = %(portal_id)s and object_type = %(object_type)s)
), withdrawn as (
    insert into withdrawn_properties (portal_id, object_type, name)
    select %(portal_id)s, %(object_type)s, name from sensitive order by name
        on conflict (portal_id, object_type, name) do update
       set after = '', swept_at = null
), unfollowed as (
    delete from followed_properties
     where portal_id = %(portal_id)s and object_type = %(object_type)s
       and property = any(%(names)s::text[])
    returning property
)
update portals
   set schemas_changed_at = clock_timestamp()
 where portal_id = %(portal_id)s and exists (select from unfollowed);

-- name: admit_properties
-- Listed among the plain ones again: they are mirrored as any other.
delete from withdrawn_properties
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and name in (select name
                  from hubspot_properties
                 where portal_id = %(portal_id)s and object_type = %(object_type)s);

-- name: withdraw_again
-- Records are saved that were read while the property was still asked for.
update withdrawn_properties
   set after = '', swept_at = null
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and name = any(%(names)s::text[]);

-- name: next_withdrawal
-- Locked before rows are, as a process that saves does: the other way round the two would deadlock.
select portal_id, object_type, name, after
  from withdrawn_properties
 where swept_at is null
 order by noted_at, portal_id, object_type, name
 limit 1
   for update skip locked;

-- name: has_withdrawals
select exists (select from withdrawn_properties where swept_at is null) as found;

-- name: advance_withdrawal
-- No id: the walk has passed the last record.
update withdrawn_properties
   set after = coalesce(%(reached)s, after),
       swept_at = case when %(reached)s::text is null then now() end
 where portal_id = %(portal_id)s and object_type = %(object_type)s and name = %(name)s;

-- name: withdraw_versions
delete from property_history
 where portal_id = %(portal_id)s and object_type = %(object_type)s and property = %(name)s
   and hubspot_id > %(after)s::text and (%(reached)s::text is null or hubspot_id <= %(reached)s);

-- name: withdraw_told
-- What is told of the property stays, without its values.
update webhook_events
   set event = event || '{"propertyValue": "REDACTED"}'
 where portal_id = %(portal_id)s and object_type = %(object_type)s
   and event->>'propertyName' = %(name)s and event->>'propertyValue' <> 'REDACTED'
   and hubspot_id > %(after)s::text and (%(reached)s::text is null or hubspot_id <= %(reached)s);
