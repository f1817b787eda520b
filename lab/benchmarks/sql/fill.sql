-- Fills a portal of %(scale)s times the real one's size, three years old. The real one has 31,636
-- contacts, 118,931 calls, 8,000 companies and 1,193 deals, 20,000 users and 2,000 teams. 20
-- owners; four calls of five are associated with their contact, the next is known by its number
-- only, one in twenty matches no contact. 1.5 kB of raw_json each, a third of it different in every
-- record. One contact in 50 has the number of another, one in 50 a number without prefix in an
-- unknown country; one call in 100 was with two contacts. Two contacts of three are users; a third
-- of the teams have members who write from a company's domain, a third are called like a company.
-- Each deal went through up to five stages. Everything follows from the seed.
select setseed(0.42);

insert into portals (portal_id, time_zone, currency) values (62515, 'America/New_York', 'USD');

create function pg_temp.raw(kind text, n bigint) returns jsonb language sql as $$
    select jsonb_build_object(
        'id', n::text,
        'createdAt', '2025-01-01T00:00:00.000Z',
        'updatedAt', '2026-01-01T00:00:00.000Z',
        'archived', false,
        'associations', jsonb_build_object(
            'contacts', jsonb_build_object('results', jsonb_build_array(
                jsonb_build_object('id', (n %% 31636)::text, 'type', kind || '_to_contact', 'typeId', 1)
            ))
        ),
        'properties', jsonb_build_object(
            'hs_object_id', n::text, 'hs_object_source', 'CRM_UI', 'hs_lastmodifieddate', '2026-01-01T00:00:00.000Z',
            'custom_text_1', md5(n::text), 'custom_text_2', md5(n || 'b'), 'custom_text_3', md5(n || 'c'),
            'custom_number_1', (n %% 97)::text, 'custom_number_2', (n %% 13)::text, 'contract_value', (n %% 9000)::text,
            'custom_choice_1', 'option ' || n %% 7, 'custom_choice_2', 'a rather long option ' || n %% 5,
            'custom_choice_3', 'yet another option ' || n %% 3, 'favourite_colour', 'colour ' || n %% 5000,
            'hs_analytics_source', 'ORGANIC_SEARCH', 'hs_analytics_source_data_1', 'google', 'hs_pipeline', 'default',
            'hs_analytics_first_url', 'https://www.example.com/landing/page/with/a/long/path/' || n %% 50,
            'hs_latest_source', 'DIRECT_TRAFFIC', 'hs_all_accessible_team_ids', '1;2;3;4;5', 'hs_user_ids', '7;8;9',
            'hs_was_imported', 'false', 'hs_read_only', 'false', 'hs_unique_creation_key', md5(n || kind),
            'notes', repeat('what was said and what comes next ', 10)
        )
    )
$$;

insert into hubspot_owners (portal_id, hubspot_id, firstname, lastname, raw_json)
select 62515, n, 'Owner', n, '{}' from generate_series(1, 20) as n;

insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json)
select 62515, 'deals', 'default', 'Sales', jsonb_build_object('stages', jsonb_agg(jsonb_build_object(
    'id', stage, 'label', stage, 'displayOrder', place, 'metadata',
    jsonb_build_object('isClosed', stage ~ 'closed', 'probability', (stage = 'closedwon')::integer::text)
)))
from unnest('{new,talking,offer,closedwon,closedlost}'::text[]) with ordinality as stages (stage, place);

insert into hubspot_contacts_raw (
    portal_id, hubspot_id, email, phone, firstname, lastname, createdate, lifecyclestage, vsl_watched,
    sales_script_version, hubspot_owner_id, company_ids, deal_ids, raw_json, archived, fetched_at, updated_at
)
select
    62515, n, 'person' || n || '@company' || n %% (2000 * %(scale)s) || '.example', case n %% 50 when 1 then '' else '+' end || '1' || 2000000000 + n - (n %% 50 = 0)::integer, 'First' || n %% 997, 'Last' || n %% 9973,
    timestamptz '2024-01-01' + random() * interval '3 years', case when random() < 0.1 then 'customer' else 'lead' end,
    case when random() < 0.6 then random() < 0.5 end, 'v' || 1 + (4 * random())::integer, 1 + (19 * random())::integer,
    array[(1 + n %% (8000 * %(scale)s))::text], array[(1 + n %% (1193 * %(scale)s))::text], pg_temp.raw('contact', n),
    random() < 0.01, now(), now()
from generate_series(1, 31636 * %(scale)s) as n;

insert into hubspot_companies_raw (
    portal_id, hubspot_id, name, domain, industry, createdate, hubspot_owner_id, contact_ids, raw_json, fetched_at,
    updated_at
)
select
    62515, n, initcap(left(md5(n::text), 9)) || ' ' || (array['Inc', 'GmbH', 'Holding', 'Systems'])[1 + n %% 4],
    'company' || n || '.example', 'industry ' || n %% 20, timestamptz '2024-01-01' + random() * interval '3 years',
    1 + (19 * random())::integer, array[n::text], pg_temp.raw('company', n), now(), now()
from generate_series(1, 8000 * %(scale)s) as n;

insert into hubspot_deals_raw (
    portal_id, hubspot_id, dealname, amount, dealstage, pipeline, createdate, closedate, qualified_status, trial_status,
    payment_status, number_of_installments__months, deal_whole_amount, upfront_payment, offer_given, offer_accepted,
    hubspot_owner_id, contact_ids, company_ids, raw_json, fetched_at, updated_at
)
select
    62515, n, 'Deal ' || n, 100 * n %% 9000, (array['new', 'talking', 'offer', 'closedwon', 'closedlost'])[1 + n %% 5],
    'default', began, began + random() * interval '60 days', case when random() < 0.5 then 'Yes' else 'No' end,
    case when random() < 0.3 then 'yes' end, (array['Active', 'Paused', 'Stopped', 'Refunded', 'Completed'])[1 + n %% 5],
    n %% 13, case when random() < 0.5 then 100 * n %% 9000 end, case when random() < 0.5 then n %% 500 end,
    random() < 0.6, random() < 0.4, 1 + (19 * random())::integer,
    array[(1 + n * 7 %% (31636 * %(scale)s))::text], array[(1 + n %% (8000 * %(scale)s))::text], pg_temp.raw('deal', n),
    now(), now()
from generate_series(1, 1193 * %(scale)s) as n
cross join lateral (select timestamptz '2024-01-01' + random() * interval '3 years' + 0 * n * interval '1 s' as began) as t;

-- A quarter of the contacts get most of the calls; calls come after their contact.
insert into hubspot_calls_raw (
    portal_id, hubspot_id, call_duration, call_direction, call_to_number, call_from_number, call_timestamp,
    call_disposition, hubspot_owner_id, contact_ids, company_ids, deal_ids, raw_json, fetched_at, updated_at
)
select
    62515, n, case when random() < 0.3 then 0 else (900000 * random() * random())::integer end,
    case when random() < 0.8 then 'OUTBOUND' else 'INBOUND' end,
    '+1' || case when n %% 20 = 0 then 3000000000 else 2000000000 end + who, '+1' || 2000000000 + who,
    contact.createdate + random() * (timestamptz '2027-01-01' - contact.createdate),
    (array[
        'f240bbac-87c9-4f6e-bf70-924b57d47db7', '73a0d17f-1163-4015-bdd5-ec830791da20',
        'b2cf5968-551e-4856-9783-52b3da59a7d0'
    ])[1 + n %% 3],
    case when random() < 0.95 then 1 + (19 * random())::integer end,
    case when n %% 100 = 99 then array[who::text, (1 + who / 2)::text] when n %% 20 > 3 then array[who::text] else '{}' end, '{}', '{}', pg_temp.raw('call', n), now(), now()
from (
    select n, 1 + (31635 * %(scale)s * case when random() < 0.6 then random() / 4 else random() end)::bigint as who
    from generate_series(1, 118931 * %(scale)s) as n
) as dialled
join hubspot_contacts_raw as contact on contact.portal_id = 62515 and contact.hubspot_id = who::text;

insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value, source)
select
    62515, 'deals', hubspot_id, 'dealstage', createdate + (place - 1) * (closedate - createdate) / 5, stage, 'CRM_UI'
from hubspot_deals_raw
cross join unnest('{new,talking,offer,closedwon,closedlost}'::text[]) with ordinality as stages (stage, place)
where stage = dealstage or place <= 3 and place < array_position('{new,talking,offer,closedwon,closedlost}', dealstage);

insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value, source)
select
    62515, 'deals', hubspot_id, property, createdate + place * (closedate - createdate) / 3, value, 'CRM_UI'
from hubspot_deals_raw
cross join lateral (
    values
        ('pipeline', 0, pipeline), ('amount', 0, '1'), ('amount', 1, (amount / 2)::text), ('amount', 2, amount::text),
        ('closedate', 0, (closedate + interval '9 days')::text), ('closedate', 2, closedate::text),
        ('hubspot_owner_id', 0, '1'), ('hubspot_owner_id', 1, hubspot_owner_id)
) as versions (property, place, value);

insert into business.users (user_id, email, client_lifetime_spend)
select 'u' || n, 'person' || n || '@company' || n %% (2000 * %(scale)s) || '.example', n %% 1000
from generate_series(1, 20000 * %(scale)s) as n;

insert into business.team_membership (team_id, user_id)
select 't' || n %% (2000 * %(scale)s), 'u' || n from generate_series(1, 20000 * %(scale)s) as n
where n %% (2000 * %(scale)s) %% 3 = 0;

insert into business.teams (team_id, team_name)
select
    't' || n,
    case
        when n %% 3 = 1 then initcap(left(md5(n::text), 9))
        when n %% 12 = 0 then initcap(left(md5((n + 1)::text), 9))  -- members of one company, the name of another
        else 'Group ' || md5(n::text)
    end
from generate_series(0, 2000 * %(scale)s - 1) as n;
