-- What surrounds the records of sql/fill.sql and is asked for over HTTP: properties of their own, a
-- week of events, fetches and latencies, comparisons, dead letters, and an extraction that is done.
insert into hubspot_properties (portal_id, object_type, name, label, type, raw_json)
select
    62515, object_type, name, initcap(replace(name, '_', ' ')), type,
    jsonb_build_object('name', name, 'groupName', 'own', 'hubspotDefined', false)
from unnest('{contacts,companies,deals,calls}'::text[]) as object_type
cross join (
    values
        ('custom_text_1', 'string'), ('custom_text_2', 'string'), ('custom_text_3', 'string'),
        ('custom_number_1', 'number'), ('custom_number_2', 'number'), ('contract_value', 'number'),
        ('custom_choice_1', 'enumeration'), ('custom_choice_2', 'enumeration'),
        ('favourite_colour', 'string'), ('hs_analytics_source', 'enumeration'),
        ('notes', 'string')
) as own (name, type);

insert into webhook_events (
    portal_id, event_key, subscription_type, object_type, hubspot_id, occurred_at, received_at,
    event
)
select
    62515, md5('event ' || n)::uuid, object_type || '.propertyChange', object_type,
    (1 + n %% 1193)::text, now() - n * interval '6 s', now() - n * interval '6 s',
    '{"propertyName": "amount", "propertyValue": "7", "changeSource": "CRM_UI"}'
from generate_series(1, 100000 * %(scale)s) as n
cross join lateral (
    select (array['contacts', 'companies', 'deals', 'calls'])[1 + n %% 4] as object_type
) as named;

insert into fetches (portal_id, object_type, fetched_at, written_at, hubspot_ids)
select
    62515, (array['contacts', 'companies', 'deals', 'calls'])[1 + n %% 4],
    now() - n * interval '1 minute', now() - n * interval '1 minute',
    array(select (1 + (n * 100 + place) %% 1193)::text from generate_series(1, 100) as place)
from generate_series(1, 10000) as n;

insert into sync_latency (portal_id, object_type, hour, bucket, changes)
select 62515, object_type, date_trunc('hour', now()) - hours * interval '1 hour', bucket, 1 + bucket
from unnest('{contacts,companies,deals,calls}'::text[]) as object_type
cross join generate_series(0, 167) as hours
cross join generate_series(120, 160) as bucket;

insert into verify_runs (
    portal_id, run_id, object_type, sampled, started_at, finished_at, compared, unequal,
    differences, healed
)
select
    62515, gen_random_uuid(), object_type, false, now() - days * interval '1 day',
    now() - days * interval '1 day', 1000, 0, '{}', false
from unnest('{contacts,companies,deals,calls}'::text[]) as object_type
cross join generate_series(0, 90) as days;

insert into dead_letters (portal_id, kind, object_type, hubspot_id, reason)
select 62515, 'record', 'deals', n::text, 'HubSpot refused it' from generate_series(1, 100) as n;

insert into extractions (
    portal_id, extraction_id, object_types, mode, page_size, checkpoint_interval, asked_by
)
select 62515, md5('extraction')::uuid, '{deals,contacts}', 'full', 100, 10, 'the benchmark';

insert into scans (
    portal_id, kind, object_type, state, total, records, requests, started_at, finished_at,
    extraction_id
)
select
    62515, 'backfill', object_type, 'completed', 1000, 1000, 10, now() - interval '1 minute', now(),
    md5('extraction')::uuid
from unnest('{deals,contacts}'::text[]) as object_type;

insert into scans (
    portal_id, kind, object_type, state, slot, records, created_at, started_at, finished_at
)
select
    62515, 'reconcile', object_type, 'completed',
    date_trunc('hour', now()) - hours * interval '1 h', 7, now() - hours * interval '1 h',
    now() - hours * interval '1 h', now() - hours * interval '1 h'
from unnest('{contacts,companies,deals,calls}'::text[]) as object_type
cross join generate_series(0, 167) as hours
