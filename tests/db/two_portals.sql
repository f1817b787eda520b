-- Portal %(portal)s with one of everything, under the same ids as any other portal that is filled so. Texts and
-- amounts tell whose they are.
insert into portals (portal_id, name, token_encrypted) values (%(portal)s, %(canary)s, 'CANARY');
insert into hubspot_properties (portal_id, object_type, name, label, type, raw_json)
values (%(portal)s, 'contacts', 'colour', %(canary)s, 'enumeration',
        '{"options": [{"value": "b", "label": "Blue"}]}'),
       (%(portal)s, 'cars', 'plate', %(canary)s, 'string', '{}');
insert into hubspot_schemas (portal_id, type_id, object_type, label, raw_json)
values (%(portal)s, '2-1', 'cars', %(canary)s, '{}');
insert into hubspot_owners (portal_id, hubspot_id, firstname, raw_json)
values (%(portal)s, '7', %(canary)s, '{}');
insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json)
values (%(portal)s, 'deals', 'sales', %(canary)s,
        '{"stages": [{"id": "won", "label": "Won",
                      "metadata": {"isClosed": "true", "probability": "1"}}]}');

insert into hubspot_contacts_raw (portal_id, hubspot_id, email, phone, firstname, createdate,
                                  lifecyclestage, vsl_watched, sales_script_version,
                                  hubspot_owner_id, company_ids, deal_ids, raw_json, fetched_at,
                                  updated_at)
select %(portal)s, id, 'ann@example.com', '415 555 0100', %(canary)s, '2026-01-05', 'customer',
       true, %(canary)s, '7', '{201}', '{301}',
       jsonb_build_object(
           'properties', jsonb_build_object('colour', %(canary)s, 'hs_merged_object_ids', '9' || id),
           'associations', '{"companies": {"results": [{"id": "201"}]}}'::jsonb),
       now(), now()
  from unnest('{101,102}'::text[]) as id;
insert into hubspot_companies_raw (portal_id, hubspot_id, name, raw_json, fetched_at, updated_at)
values (%(portal)s, '201', 'Acme', '{}', now(), now()),
       (%(portal)s, '202', 'Jonson', '{}', now(), now());
insert into hubspot_deals_raw (portal_id, hubspot_id, dealname, amount, dealstage, pipeline,
                               createdate, closedate, payment_status, hubspot_owner_id,
                               contact_ids, company_ids, raw_json, fetched_at, updated_at)
values (%(portal)s, '301', %(canary)s, 1000 + %(portal)s, 'won', 'sales', '2026-01-01',
        '2026-01-06', 'Active', '7', '{101}', '{201}',
        jsonb_build_object(
            'properties', jsonb_build_object('dealname', %(canary)s),
            'associations', '{"contacts": {"results": [{"id": "101"}]}}'::jsonb),
        now(), now());
insert into hubspot_deals_raw (portal_id, hubspot_id, dealname, amount, deal_currency_code,
                               raw_json, fetched_at, updated_at)
values (%(portal)s, '302', %(canary)s, 5, 'XTS', '{"properties": {"amount": "5"}}', now(), now());
insert into hubspot_calls_raw (portal_id, hubspot_id, call_duration, call_direction,
                               call_to_number, call_timestamp, call_disposition,
                               hubspot_owner_id, contact_ids, raw_json, fetched_at, updated_at)
values (%(portal)s, '401', 1000, 'OUTBOUND', null, '2026-01-07', %(canary)s, '7', '{101,102}',
        '{}', now(), now()),
       (%(portal)s, '402', 2000, 'OUTBOUND', '4155550100', '2026-01-07', %(canary)s, '7', null,
        '{}', now(), now());
insert into hubspot_tickets_raw (portal_id, hubspot_id, subject, raw_json, fetched_at, updated_at)
values (%(portal)s, '501', %(canary)s, '{}', now(), now());
insert into hubspot_line_items_raw (portal_id, hubspot_id, name, raw_json, fetched_at, updated_at)
values (%(portal)s, '501', %(canary)s, '{}', now(), now());
insert into hubspot_products_raw (portal_id, hubspot_id, name, raw_json, fetched_at, updated_at)
values (%(portal)s, '501', %(canary)s, '{}', now(), now());
insert into hubspot_emails_raw (portal_id, hubspot_id, subject, raw_json, fetched_at, updated_at)
values (%(portal)s, '501', %(canary)s, '{}', now(), now());
insert into hubspot_meetings_raw (portal_id, hubspot_id, title, raw_json, fetched_at, updated_at)
values (%(portal)s, '501', %(canary)s, '{}', now(), now());
insert into hubspot_notes_raw (portal_id, hubspot_id, body, raw_json, fetched_at, updated_at)
values (%(portal)s, '501', %(canary)s, '{}', now(), now());
insert into hubspot_tasks_raw (portal_id, hubspot_id, subject, raw_json, fetched_at, updated_at)
values (%(portal)s, '501', %(canary)s, '{}', now(), now());
insert into hubspot_objects_raw (portal_id, object_type, hubspot_id, raw_json, fetched_at,
                                 updated_at)
values (%(portal)s, 'cars', '601',
        jsonb_build_object('properties', jsonb_build_object('plate', %(canary)s)), now(), now());

insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value)
values (%(portal)s, 'deals', '301', 'dealstage', '2026-01-02', 'talk'),
       (%(portal)s, 'deals', '301', 'dealstage', '2026-01-03', 'won'),
       (%(portal)s, 'deals', '301', 'pipeline', '2026-01-03', 'sales'),
       (%(portal)s, 'contacts', '101', 'lifecyclestage', '2026-01-05', 'customer'),
       (%(portal)s, 'companies', '201', 'industry', '2026-01-05', 'Iron');
insert into history_marks (portal_id, object_type, hubspot_id) values (%(portal)s, 'deals', '302');
insert into metric_settings (portal_id, yes_words) values (%(portal)s, array[%(canary)s]);
insert into manual_links (portal_id, kind, from_id, to_id, note)
values (%(portal)s, 'contact_user', '103', 'u9', %(canary)s);

insert into scans (portal_id, kind, object_type, state, error)
values (%(portal)s, 'backfill', 'contacts', 'failed', %(canary)s);
insert into webhook_events (portal_id, event_key, subscription_type, object_type, hubspot_id,
                            received_at, event)
values (%(portal)s, gen_random_uuid(), 'contact.creation', 'contacts', '101', now(),
        jsonb_build_object('canary', %(canary)s));
insert into pending_changes (portal_id, object_type, hubspot_id, error)
values (%(portal)s, 'contacts', '101', %(canary)s);
insert into dead_letters (portal_id, kind, object_type, reason, payload)
values (%(portal)s, 'record', 'contacts', %(canary)s, '{}');
insert into sync_latency (portal_id, object_type, hour, bucket, changes)
values (%(portal)s, 'contacts', now(), 100, 1);
insert into value_issues (portal_id, object_type, property, reason, occurrences)
values (%(portal)s, 'contacts', 'x', %(canary)s, 1);
insert into verify_runs (portal_id, run_id, object_type, sampled, started_at, compared, unequal,
                         differences, healed)
values (%(portal)s, gen_random_uuid(), 'contacts', false, now(), 1, 0, '{}', false);
insert into hubspot_polled (portal_id, family, parent_key, key, raw_json, stamp)
select %(portal)s, family, case family when 'form_submissions' then '1' else '' end, '1',
       jsonb_build_object('name', %(canary)s, 'recipient', %(canary)s, 'changes', '[{}]'::jsonb,
                          'properties', jsonb_build_object('hs_name', %(canary)s)), ''
  from unnest('{lists,forms,form_submissions,marketing_emails,campaigns,subscription_types,
                subscription_changes,hubspot_users,hubspot_teams,hubspot_roles,workflows}'::text[]) as family;
insert into hubspot_list_memberships (portal_id, list_id, record_id, object_type)
values (%(portal)s, '1', 101, 'contacts');
insert into polled_walks (portal_id, family, entries, error)
values (%(portal)s, 'lists', 1, %(canary)s);
insert into hubspot_email_events (portal_id, event_id, occurred_at, action, recipient)
values (%(portal)s, '601', now(), 'Sent', %(canary)s);
insert into hubspot_web_sessions (portal_id, session_id, occurred_at, page_url)
values (%(portal)s, '701', now(), %(canary)s);
insert into rollup_states (portal_id, entity) values (%(portal)s, 'contacts')
on conflict do nothing;
insert into forecasts (portal_id, period_start, period_end, owner_id, made_on, won, commit, best_case,
                       pipeline, p10, p50, p90, mean, weighted, before, open_deals, came)
values (%(portal)s, '2030-01-01', '2030-04-01', %(canary)s, '2029-12-01', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
insert into forecast_stages (portal_id, pipeline_id, stage_id, win_rate, deals)
values (%(portal)s, %(canary)s, 'open', 0.1, 1);
insert into quotas (portal_id, owner_id, period_start, period_end, amount)
values (%(portal)s, %(canary)s, '2030-01-01', '2030-04-01', 1);

-- A record of every other type.
do $$
declare
    other name;
begin
    for other in select relname from pg_class
                  where relnamespace = current_schema()::regnamespace
                    and relkind = 'r' and relname like 'hubspot\_%%\_raw' loop
        execute format(
            'insert into %%1$I (portal_id, hubspot_id, raw_json, fetched_at, updated_at)'
            ' select %(portal)s, ''501'', jsonb_build_object(''properties'', jsonb_build_object('
            '     ''hs_title'', %%2$L::text, ''hs_name'', %%2$L::text)), now(), now()'
            '  where not exists (select from %%1$I where portal_id = %(portal)s)',
            other, %(canary)s);
    end loop;
end
$$;

-- What aggregations group by.
update hubspot_deals_raw set region = %(canary)s, industry = %(canary)s
 where portal_id = %(portal)s;
update hubspot_companies_raw set region = %(canary)s, industry = %(canary)s
 where portal_id = %(portal)s;
update hubspot_contacts_raw set lead_source = %(canary)s where portal_id = %(portal)s;
update hubspot_tickets_raw set category = %(canary)s, priority = %(canary)s
 where portal_id = %(portal)s;
update hubspot_marketing_events_raw set event_type = %(canary)s, channel = %(canary)s
 where portal_id = %(portal)s;
update hubspot_email_events set campaign_type = %(canary)s where portal_id = %(portal)s;
update hubspot_web_sessions set country = %(canary)s, device_type = %(canary)s
 where portal_id = %(portal)s;

update hubspot_emails_raw set email_timestamp = '2026-01-03', deal_ids = '{301}'
 where portal_id = %(portal)s;
-- What activity counts: an open deal that nobody touched for long, and an event of the website.
insert into deal_touch_sums values (%(portal)s, '302', 1, 0, 0, '2026-01-07', '2026-01-07');
insert into contact_responses values (%(portal)s, '101', '2026-01-07');
insert into activity_rounds values (%(portal)s, now());
insert into ingested_events (portal_id, source, event_id, schema_name, event, occurred_at,
                             contact_id, properties)
values (%(portal)s, %(canary)s, '1', 'website.v1', %(canary)s, now(), '101', '{}');
insert into outgoing_messages (portal_id, channel, destination, idempotency_key, payload, failed_at,
    error)
values (%(portal)s, 'webhook', 'ep_1', 'a', '{}', now(), %(canary)s);
insert into webhook_endpoints (portal_id, endpoint_id, url, secrets)
values (%(portal)s, 'ep_1', 'https://' || %(canary)s, '{}');
insert into outgoing_holds (portal_id, channel, reason)
values (%(portal)s, 'slack', %(canary)s);
insert into written_values (portal_id, object_type, hubspot_id, property, value, error)
values (%(portal)s, 'contacts', '101', 'lead_score_ml', '7', %(canary)s);
-- Three deals that were lost to one competitor within 30 days: a pattern.
insert into competitors (portal_id, name) values (%(portal)s, %(canary)s);
insert into hubspot_deals_raw (portal_id, hubspot_id, dealname, dealstage, closedate, raw_json,
                               fetched_at, updated_at)
select %(portal)s, id, %(canary)s, 'closedlost', now() - interval '1 day', '{}', now(), now()
  from unnest(array['311', '312', '313']) as id;
insert into competitor_mentions (portal_id, deal_id, competitor, source, record_id)
select %(portal)s, id, %(canary)s, 'lost_reason', id from unnest(array['311', '312', '313']) as id;
insert into competitive_losses (portal_id, deal_id, competitor)
values (%(portal)s, '311', %(canary)s);

-- What scores say, and what a provider knows; and an open deal to be put in order.
insert into hubspot_deals_raw (portal_id, hubspot_id, dealname, amount, createdate, raw_json,
                               fetched_at, updated_at)
values (%(portal)s, '304', %(canary)s, 5, '2026-01-02', '{}', now(), now());
insert into models (portal_id, kind, state, fingerprint, scores, artifact)
values (%(portal)s, 'rules', 'refused', 'a', jsonb_build_object('winner', %(canary)s::text, 'deals', 1), '');
insert into lead_scores (portal_id, contact_id, model_id, as_of, probability, score, reasons)
select %(portal)s, '101', model_id, now(), 0.5, 50, jsonb_build_array(jsonb_build_array(%(canary)s::text, 'x', 50))
  from models where portal_id = %(portal)s;
insert into drift_checks (portal_id, model_id, checked_at, feature, psi, chance, rows, level)
select %(portal)s, model_id, now(), %(canary)s, 0, 0, 1, 'steady'
  from models where portal_id = %(portal)s;
insert into icp_segments (portal_id, size_band, industry, as_of, leads, customers, conversion,
                          least, most)
values (%(portal)s, 'SMB', %(canary)s, now(), 1, 0, 0, 0, 0.8);
insert into company_scores (portal_id, company_id, as_of, size_band, industry, score, reasons)
values (%(portal)s, '201', now(), 'SMB', %(canary)s, 50, '[]');
insert into enrichments (portal_id, provider, object_type, hubspot_id, found)
values (%(portal)s, 'http', 'companies', '201', jsonb_build_object('name', %(canary)s::text));
