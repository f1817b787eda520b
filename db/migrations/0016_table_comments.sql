-- What each table is for, as BI tools show it. They stay in one schema: people query some of each
-- kind by their names (webhook_events, scans, property_history), and a search_path of two schemas
-- would let an object of the second take the place of one of the first. `Spoke's own` says of the
-- others that nobody need look.

do $$
declare
    each record;
begin
    for each in
        select replace(replace(table_name, 'hubspot_', ''), '_raw', '') as type, table_name
        from information_schema.tables
        where table_schema = current_schema() and table_name like 'hubspot\_%\_raw'
    loop
        execute format('comment on table %I is %L', each.table_name, case each.type
            when 'objects' then 'All records of custom types; the view is custom_objects'
            else format(
                'All %s, archived and merged ones too; the view %s leaves those out',
                replace(each.type, '_', ' '), each.type
            )
        end);
    end loop;
end
$$;

comment on table hubspot_owners is 'Owners as HubSpot sent them; the view owners has their names';
comment on table hubspot_pipelines is 'Pipelines as HubSpot sent them; the view is pipeline_stages';
comment on table hubspot_properties is 'Definitions of properties, as HubSpot sent them';
comment on table hubspot_schemas is 'Definitions of custom types, as HubSpot sent them';
comment on table property_history is 'Past values; the view changes says from what to what';
comment on table webhook_events is 'What HubSpot told us, each event once, for 90 days';
comment on table scans is 'Runs of backfill, reconcile and nightly comparison: see scan_progress';
comment on table portals is 'The HubSpot accounts that are mirrored';
comment on table dead_letters is 'What could not be processed, and why: see spoke status';
comment on table pending_changes is 'Records that wait to be fetched from HubSpot';
comment on table verify_runs is 'Comparisons with HubSpot: how many records, how many differed';
comment on table value_issues is 'Values that their column cannot hold; raw_json has them';
comment on table call_links is 'Spoke''s own: what calls_to_contacts shows';
comment on table team_links is 'Spoke''s own: what team_spending shows';
comment on table link_doubts is 'Spoke''s own: what uncertain_links shows';
comment on table shared_domains is 'Domains of mail providers and hosts, which tell no company';
comment on table fetches is 'Spoke''s own: which records were read when, for spoke trace';
comment on table purges is 'Spoke''s own: hashes of erased records, so that none comes back';
comment on table privacy_requests is 'Spoke''s own: erasures that HubSpot announced';
comment on table unknown_portals is 'Spoke''s own: portals that sent events and are not registered';
comment on table sync_latency is 'Spoke''s own: how long changes took; sync_status has percentiles';
comment on table company_keys is 'Spoke''s own: names and domains as links compare them';
comment on table team_keys is 'Spoke''s own: names of business.teams as links compare them';
comment on table user_keys is 'Spoke''s own: addresses of business.users as links compare them';
comment on table contact_numbers is 'Spoke''s own: phone numbers of contacts as links compare them';
comment on table link_marks is 'Spoke''s own: calls whose links are found again';
comment on table team_marks is 'Spoke''s own: teams whose links are found again';
comment on table history_marks is 'Spoke''s own: records whose history is to be read';
comment on table property_catch_ups is 'Spoke''s own: records to be read again for new properties';
comment on table unheard_properties is 'Spoke''s own: properties that no definition has';
comment on table scan_stretches is 'Spoke''s own: where a backfill stands';
comment on table sales_call_days is 'Spoke''s own: calls by day, for the sales metrics';
comment on table sales_contact_days is 'Spoke''s own: contacts by day, for the sales metrics';
comment on table sales_marks is 'Spoke''s own: days to be added up again';
comment on table sales_sums is 'Spoke''s own: since when days are added up';
comment on table dashboard_sessions is 'Spoke''s own: who is signed in';
comment on table migrations is 'Spoke''s own: migrations that were applied';
comment on table built_files is 'Spoke''s own: views and functions as they were built';
