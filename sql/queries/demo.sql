-- The demo's own data and output: a made-up product's users and teams, and a ticking line.

-- name: demo_users
insert into business.users (user_id, email, first_name, last_name, client_lifetime_spend)
select 'u' || hubspot_id, email, firstname, lastname, 100 * (hubspot_id::numeric % 97)
  from hubspot_contacts_raw
 where email is not null and hubspot_id::numeric % 3 = 0
    on conflict do nothing;

-- name: demo_teams
insert into business.teams (team_id, team_name)
select 't' || hubspot_id, case hubspot_id::numeric % 3 when 0 then name
    else 'Team ' || upper(name) end
  from hubspot_companies_raw
 where name is not null and hubspot_id::numeric % 4 = 0
    on conflict do nothing;

-- name: demo_memberships
insert into business.team_membership (team_id, user_id)
select 't' || company_id, 'u' || hubspot_id
  from hubspot_contacts_raw, unnest(company_ids) as company_id
 where 't' || company_id in (select team_id from business.teams)
   and 'u' || hubspot_id in (select user_id from business.users)
    on conflict do nothing;

-- name: demo_latency
with reached as (
    select bucket, changes, sum(changes) over (order by bucket) as running, sum(changes)
        over () as total
      from sync_latency
)
select power(1.05, min(bucket) filter (where running >= 0.50 * total)) as p50,
       power(1.05, min(bucket) filter (where running >= 0.95 * total)) as p95,
       power(1.05, min(bucket) filter (where running >= 0.99 * total)) as p99,
       sum(changes) as changes
  from reached;

-- name: demo_tick
with reached as (
    select bucket, sum(changes) over (order by bucket) as running, sum(changes) over () as total
      from sync_latency
)
select (select count(*) from webhook_events) as events,
       (select count(*) from hubspot_contacts_raw) + (select count(*) from hubspot_companies_raw)
           + (select count(*) from hubspot_deals_raw) + (select count(*)
               from hubspot_calls_raw) as rows,
       (select count(*) from pending_changes) as pending,
       (select power(1.05, min(bucket)) from reached where running >= 0.5 * total) as p50;
