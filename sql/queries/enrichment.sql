-- Enrichment: whom to ask about, what it costs, what was found.

-- name: companies_to_enrich
-- Companies with a domain that nobody looked up for so long: the ones with open deals first.
select companies.hubspot_id, companies.domain, companies.name
  from current_companies as companies
  left join enrichments as known
    on known.portal_id = companies.portal_id and known.provider = %(provider)s
   and known.object_type = 'companies' and known.hubspot_id = companies.hubspot_id
 where companies.portal_id = %(portal_id)s and companies.domain <> ''
   and (looked_at is null or looked_at < now() - %(between)s::interval)
   and not exists (select
                     from enrichment_costs as lately
                    where lately.portal_id = companies.portal_id
                      and lately.provider = %(provider)s and lately.object_type = 'companies'
                      and lately.hubspot_id = companies.hubspot_id
                      and lately.asked_at > now() - interval '1 day')
 order by exists (select
                    from company_deals
                    join sales_deals using (portal_id, deal_id)
                   where company_deals.portal_id = companies.portal_id
                     and company_deals.company_id = companies.hubspot_id
                     and not (is_won or is_lost)) desc,
          looked_at nulls first, companies.hubspot_id
 limit %(at_most)s;

-- name: hold_enrichment
-- One process at a time reckons what is left of a portal's month.
select pg_advisory_xact_lock(x'5B0EA'::integer, hashtext(%(portal_id)s::bigint::text));

-- name: enrichment_spent
-- In this month of UTC.
select coalesce(sum(cost), 0) as spent
  from enrichment_costs
 where portal_id = %(portal_id)s and provider = %(provider)s
   and asked_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC';

-- name: reserve_look
insert into enrichment_costs (portal_id, provider, object_type, hubspot_id, cost)
values (%(portal_id)s, %(provider)s, %(object_type)s, %(hubspot_id)s, %(cost)s)
returning cost_id;

-- name: note_look
update enrichment_costs
   set outcome = %(outcome)s, cost = %(cost)s
 where portal_id = %(portal_id)s and cost_id = %(cost_id)s;

-- name: put_enrichment
insert into enrichments as known (portal_id, provider, object_type, hubspot_id, found)
values (%(portal_id)s, %(provider)s, %(object_type)s, %(hubspot_id)s, %(found)s::jsonb)
    on conflict (portal_id, provider, object_type, hubspot_id) do update
   set looked_at = now(), found = excluded.found;

-- name: enrichment_costs
-- By month, the latest first.
select to_char(asked_at at time zone 'UTC', 'YYYY-MM') as month, provider, outcome,
       count(*) as looks, sum(cost) as cost
  from enrichment_costs
 where portal_id = %(portal_id)s
 group by 1, 2, 3
 order by 1 desc, 2, 3;
