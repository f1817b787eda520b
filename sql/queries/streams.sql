-- Streams of events: where walks stand (beside those of polled families), and their rows.

-- name: begin_stream_walk
-- Goes on with the walk that was interrupted, else begins one: of the time from the end of the last
-- one until now. Now and then it is wide: it looks for late events, too.
insert into polled_walks as known (portal_id, family, parent_key, cursor, newest_at)
values (%(portal_id)s, %(family)s, %(parent_key)s, %(first)s, now())
    on conflict (portal_id, family, parent_key) do update
   set (cursor, started_at, is_whole, newest_at, counted) = (
       select known.cursor, known.started_at, known.is_whole, known.newest_at, known.counted
        where known.cursor is not null
       union all
       select %(first)s, now(),
              known.since_at is null
              or coalesce(known.whole_at <= now() - %(wide_every)s::interval, true),
              now(), known.entries
        where known.cursor is null)
returning cursor, started_at, is_whole as is_wide, since_at, newest_at as until_at;

-- name: hold_stream_walk
select true as found
  from polled_walks
 where portal_id = %(portal_id)s and family = %(family)s and parent_key = %(parent_key)s
   and started_at = %(started_at)s and cursor = %(cursor)s
   for update;

-- name: put_email_events
-- Each event once. The contact is the one with the recipient's address, the oldest of several.
insert into hubspot_email_events
       (portal_id, event_id, occurred_at, action, recipient, contact_id, campaign_id,
        subject_line_length, send_hour, send_day_of_week, raw_json)
select %(portal_id)s, event_id, occurred_at, action, recipient, known.contact_id, campaign_id,
       subject_line_length, send_hour, send_day_of_week, raw_json::jsonb
  from unnest(%(event_ids)s::text[], %(occurred_ats)s::timestamptz[], %(actions)s::text[],
              %(recipients)s::text[], %(campaign_ids)s::text[],
              %(subject_line_lengths)s::integer[], %(send_hours)s::integer[],
              %(send_days)s::integer[], %(raws)b::text[])
       as event (event_id, occurred_at, action, recipient, campaign_id, subject_line_length,
                 send_hour, send_day_of_week, raw_json)
  left join (
       select distinct on (lower(trim(email))) lower(trim(email)) as address,
              hubspot_id as contact_id
         from hubspot_contacts_raw
        where portal_id = %(portal_id)s and lower(trim(email)) = any(%(recipients)s::text[])
          and not archived and merged_into is null
        order by lower(trim(email)), length(hubspot_id), hubspot_id
       ) as known on known.address = recipient
 order by event_id
    on conflict do nothing;

-- name: adopt_email_events
-- Events whose recipient became a contact after they were read.
with known as (
    select distinct on (event.event_id, event.occurred_at)
           event.event_id, event.occurred_at, contact.hubspot_id
      from hubspot_email_events as event
      join hubspot_contacts_raw as contact
        on contact.portal_id = event.portal_id and lower(trim(contact.email)) = event.recipient
     where event.portal_id = %(portal_id)s and event.contact_id is null
       and event.recipient is not null
       and not contact.archived and contact.merged_into is null
     order by event.event_id, event.occurred_at, length(contact.hubspot_id), contact.hubspot_id
     limit %(at_most)s
)
update hubspot_email_events as event
   set contact_id = known.hubspot_id
  from known
 where event.portal_id = %(portal_id)s and event.event_id = known.event_id
   and event.occurred_at = known.occurred_at;

-- name: sessions_near
-- Sessions that visits of these contacts may belong to; those of a load are left as they are.
select session_id, occurred_at, contact_id, raw_json->'visits' as visits
  from hubspot_web_sessions as session
 where portal_id = %(portal_id)s and raw_json is not null
   and contact_id = any(%(contact_ids)s::text[])
   and exists (
       select from unnest(%(visitors)s::text[], %(times)s::timestamptz[]) as visit (contact_id, at)
        where visit.contact_id = session.contact_id
          and at between session.occurred_at - %(gap)s::interval
                     and session.occurred_at + session_duration_sec * interval '1 second'
                         + interval '1 second' + %(gap)s::interval)
 order by session_id
   for update;

-- name: drop_sessions
-- Sessions that gave their visits to others.
delete from hubspot_web_sessions as session
 using unnest(%(session_ids)s::text[], %(occurred_ats)s::timestamptz[]) as gone (id, at)
 where portal_id = %(portal_id)s and session_id = gone.id and occurred_at = gone.at;

-- name: put_sessions
-- The pages of a session that grew are counted again.
insert into hubspot_web_sessions as kept
       (portal_id, session_id, occurred_at, contact_id, page_url, referrer_domain, browser,
        device_type, country, session_duration_sec, page_views, bounce, raw_json)
select %(portal_id)s, session_id, occurred_at, contact_id, page_url, referrer_domain, browser,
       device_type, country, session_duration_sec, page_views, bounce, raw_json::jsonb
  from unnest(%(session_ids)s::text[], %(occurred_ats)s::timestamptz[], %(contact_ids)s::text[],
              %(page_urls)s::text[], %(referrer_domains)s::text[], %(browsers)s::text[],
              %(device_types)s::text[], %(countries)s::text[],
              %(durations)s::integer[], %(page_views)s::integer[], %(bounces)s::boolean[],
              %(raws)b::text[])
       as session (session_id, occurred_at, contact_id, page_url, referrer_domain, browser,
                   device_type, country, session_duration_sec, page_views, bounce, raw_json)
 order by session_id
    on conflict (portal_id, session_id, occurred_at) do update
   set session_duration_sec = excluded.session_duration_sec, page_views = excluded.page_views,
       bounce = excluded.bounce, raw_json = excluded.raw_json, synced_at = now()
 where kept.raw_json is distinct from excluded.raw_json;

-- name: forget_email_events
-- Erasures are rare: for the addresses a scan of the portal's events will do.
delete from hubspot_email_events
 where portal_id = %(portal_id)s
   and (contact_id = any(%(ids)s::text[]) or recipient = any(%(addresses)s::text[]));

-- name: forget_web_sessions
delete from hubspot_web_sessions
 where portal_id = %(portal_id)s and contact_id = any(%(ids)s::text[]);

-- name: read_streams_again
-- An erasure was taken back: HubSpot is asked for everything once more.
update polled_walks
   set since_at = null, whole_at = null, cursor = null, completed_at = null
 where portal_id = %(portal_id)s and family = any(%(families)s::text[]);
