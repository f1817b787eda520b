-- Which entities are added up, by which columns, and what of them? The registry: one more is one
-- row. Columns are those of the entity view, which has a month of each record. `steps` are the
-- views that lead from the table to the entity view, itself the last; sums are s1, s2 … of
-- rollup_rows. Sums of numeric are exact, so what a change takes away is exactly what was added.
create or replace function rollup_entries()
    returns table (entity text, relation text, steps text[], dimensions text[], sums text[])
    language sql immutable
    set search_path from current
as $$
    values
    ('companies', 'hubspot_companies_raw', '{entity_companies}'::text[],
        '{industry,region}'::text[], array[
            'sum(employee_count)', 'count(employee_count)', 'sum(annual_revenue)',
            'count(annual_revenue)', 'sum(website_traffic_monthly)',
            'count(website_traffic_monthly)'
        ]),
    ('contacts', 'hubspot_contacts_raw', '{entity_contacts}', '{lifecycle_stage,lead_source}',
        array[
            'sum(lead_score)', 'count(lead_score)', 'sum(engagement_index)',
            'count(engagement_index)'
        ]),
    ('deals', 'hubspot_deals_raw', '{deal_money,sales_deals,entity_deals}',
        '{month,region,industry,stage,pipeline}', array[
            'count(*) filter (where is_won)', 'count(*) filter (where is_lost)',
            'sum(amount)', 'count(amount)', 'sum(amount) filter (where is_won)',
            'sum(weighted_amount) filter (where not is_won and not is_lost)',
            'sum(probability)', 'count(probability)',
            'sum(days_in_pipeline)', 'count(days_in_pipeline)',
            'sum(velocity_score)', 'count(velocity_score)'
        ]),
    ('tickets', 'hubspot_tickets_raw', '{entity_tickets}', '{category,priority}', array[
        'sum(resolution_hours)', 'count(resolution_hours)', 'count(*) filter (where sla_met)',
        'count(sla_met)', 'sum(satisfaction_score)', 'count(satisfaction_score)'
    ]),
    ('marketing_events', 'hubspot_marketing_events_raw', '{entity_marketing_events}',
        '{channel,month,event_type}', array[
            'sum(session_duration_sec)', 'count(session_duration_sec)',
            'count(*) filter (where is_engaged)', 'count(is_engaged)', 'sum(page_depth)',
            'count(page_depth)'
        ]),
    ('email_events', 'hubspot_email_events', '{entity_email_events}',
        '{campaign_type,month,send_hour}', array[
            'count(*) filter (where action = ''Delivered'')',
            'count(*) filter (where action = ''Sent'')',
            'count(*) filter (where action = ''Opened'')', 'count(*) filter (where is_clicked)',
            'count(*) filter (where is_bounced)', 'count(*) filter (where is_unsub)'
        ]),
    ('web_sessions', 'hubspot_web_sessions', '{entity_web_sessions}',
        '{page_url,country,device_type,month}', array[
            'sum(session_duration_sec)', 'count(session_duration_sec)',
            'count(*) filter (where bounce)', 'count(bounce)',
            'count(*) filter (where conversion)', 'count(conversion)',
            'sum(page_views)', 'count(page_views)',
            'count(*) filter (where engaged_session)', 'count(engaged_session)'
        ])
$$;
