-- What was known of leads at a moment. Nothing that was recorded after a lead's cut-off is read:
-- stage, amount and owner come from history, touches count from when they were logged.

-- name: ask_closed_deals
-- Deals that were closed in the window up to as_of: when they began, and each fortnight since.
insert into asked_leads
       (contact_id, deal_id, company_id, began_at, cut_off, is_now, is_won, closed_at)
with closed as materialized (
    select deals.deal_id, deals.createdate as began_at, deals.is_won,
           coalesce(
               (select max(changed_at)
                  from property_history as past
                 where past.portal_id = %(portal_id)s and past.object_type = 'deals'
                   and past.hubspot_id = deals.deal_id and past.property = 'dealstage'),
               deals.closedate) as closed_at,
           deals.company_ids[1] as company_id,
           (select contact_id
              from unnest(deals.contact_ids) as contact_id
             order by length(contact_id), contact_id
             limit 1) as contact_id
      from sales_deals as deals
     where deals.portal_id = %(portal_id)s and (deals.is_won or deals.is_lost)
)
select closed.contact_id, closed.deal_id,
       coalesce(closed.company_id, contact.company_ids[1]), closed.began_at, moment, false,
       closed.is_won, closed.closed_at
  from closed
  left join hubspot_contacts_raw as contact
    on contact.portal_id = %(portal_id)s and contact.hubspot_id = closed.contact_id
 cross join lateral (
       select closed.began_at as moment
       union all
       select generate_series(%(as_of)s::timestamptz - %(window)s::interval,
           %(as_of)s::timestamptz, interval '14 days')
 ) as moments
 where closed.closed_at <= %(as_of)s
   and closed.closed_at >= %(as_of)s::timestamptz - %(window)s::interval
   and moment >= greatest(closed.began_at, %(as_of)s::timestamptz - %(window)s::interval)
   and moment < closed.closed_at;

-- name: ask_open_deals
-- Each deal that was open at a moment, as it was then.
insert into asked_leads (contact_id, deal_id, company_id, began_at, cut_off, is_now)
with closed_stages as materialized (
    select coalesce(array_agg(stage_id), array[]::text[]) as ids
      from pipeline_stages
     where portal_id = %(portal_id)s and object_type = 'deals' and is_closed
)
select people.contact_id, deals.hubspot_id,
       coalesce(deals.company_ids[1], contact.company_ids[1]), deals.createdate, %(as_of)s, false
  from hubspot_deals_raw as deals
 cross join closed_stages
  left join lateral (
       select contact_id
         from unnest(deals.contact_ids) as contact_id
        order by length(contact_id), contact_id
        limit 1
 ) as people on true
  left join hubspot_contacts_raw as contact
    on contact.portal_id = %(portal_id)s and contact.hubspot_id = people.contact_id
 where deals.portal_id = %(portal_id)s and deals.merged_into is null
   and deals.createdate <= %(as_of)s
   and not exists (
       select from property_history as past
        where past.portal_id = %(portal_id)s and past.object_type = 'deals'
          and past.hubspot_id = deals.hubspot_id and past.property = 'dealstage'
          and past.value = any (closed_stages.ids) and past.changed_at <= %(as_of)s
   );

-- name: ask_contacts
-- Every contact now, with the newest of its open deals. One without a deal is asked about as if one
-- began now.
insert into asked_leads (contact_id, deal_id, company_id, began_at, cut_off, is_now)
with newest as (
    select distinct on (contact_id) contact_id, deals.deal_id, deals.createdate,
           deals.company_ids[1] as company_id
      from sales_deals as deals
     cross join unnest(deals.contact_ids) as contact_id
     where deals.portal_id = %(portal_id)s and not deals.is_won and not deals.is_lost
     order by contact_id, deals.createdate desc, deals.deal_id
)
select contact.hubspot_id, newest.deal_id, coalesce(newest.company_id, contact.company_ids[1]),
       coalesce(newest.createdate, %(as_of)s), %(as_of)s, true
  from hubspot_contacts_raw as contact
  left join newest on newest.contact_id = contact.hubspot_id
 where contact.portal_id = %(portal_id)s
   and not contact.archived and contact.merged_into is null;

-- name: ask_arrivals
-- Who came in a time, one contact for each company, for drift: a company's contacts are alike.
insert into asked_leads (contact_id, company_id, began_at, cut_off, is_now)
select distinct on (coalesce(contact.company_ids[1], contact.hubspot_id))
       contact.hubspot_id, contact.company_ids[1], contact.createdate, contact.createdate, true
  from hubspot_contacts_raw as contact
 where contact.portal_id = %(portal_id)s
   and not contact.archived and contact.merged_into is null
   and contact.createdate >= %(since)s::timestamptz and contact.createdate < %(before)s::timestamptz
 order by coalesce(contact.company_ids[1], contact.hubspot_id), contact.createdate;

-- name: lead_features
-- One row for each asked lead. A property whose history is followed has the value that it had;
-- industry, size, source and job title else have their present one, which people set early.
with touches as materialized (
    select contact_id, greatest(logged.at, property_datetime(logged.recorded)) as at,
           logged.is_meeting, logged.is_reply
      from (select contact_ids, call_timestamp as at, raw_json ->> 'createdAt' as recorded,
                   false as is_meeting, upper(call_direction) = 'INBOUND' as is_reply
              from hubspot_calls_raw
             where portal_id = %(portal_id)s and not archived and merged_into is null
            union all
            select contact_ids, email_timestamp, raw_json ->> 'createdAt',
                   false, upper(direction) = 'INCOMING_EMAIL'
              from hubspot_emails_raw
             where portal_id = %(portal_id)s and not archived and merged_into is null
            union all
            select contact_ids, coalesce(start_time, meeting_timestamp), raw_json ->> 'createdAt',
                   true, false
              from hubspot_meetings_raw
             where portal_id = %(portal_id)s and not archived and merged_into is null) as logged
     cross join unnest(logged.contact_ids) as contact_id
     where logged.at is not null
), stages as (
    select distinct on (stage_id) stage_id,
           (rank() over pipeline - 1)::float8
               / greatest(1, count(*) over (partition by pipeline_id) - 1) as place
      from pipeline_stages
     where portal_id = %(portal_id)s and object_type = 'deals' and is_closed is not true
    window pipeline as (partition by pipeline_id order by display_order, stage_id)
     order by stage_id, gone_at desc nulls first
), deals as (
    select asked.lead_no,
           case when asked.is_now and stage.changed_at is null then deal.dealstage
               else stage.value end as stage_id,
           coalesce(stage.changed_at, asked.began_at) as stage_at,
           case when asked.is_now and amount.value is null then deal.amount
               else property_number(amount.value) end as amount,
           case when asked.is_now and owner.value is null then deal.hubspot_owner_id
               else owner.value end as owner_id
      from asked_leads as asked
      join hubspot_deals_raw as deal
        on deal.portal_id = %(portal_id)s and deal.hubspot_id = asked.deal_id
      left join lateral (
           select value, changed_at
             from property_history as past
            where past.portal_id = %(portal_id)s and past.object_type = 'deals'
              and past.hubspot_id = asked.deal_id and past.property = 'dealstage'
              and past.changed_at <= asked.cut_off
            order by changed_at desc
            limit 1) as stage on true
      left join lateral (
           select value
             from property_history as past
            where past.portal_id = %(portal_id)s and past.object_type = 'deals'
              and past.hubspot_id = asked.deal_id and past.property = 'amount'
              and past.changed_at <= asked.cut_off
            order by changed_at desc
            limit 1) as amount on true
      left join lateral (
           select value
             from property_history as past
            where past.portal_id = %(portal_id)s and past.object_type = 'deals'
              and past.hubspot_id = asked.deal_id and past.property = 'hubspot_owner_id'
              and past.changed_at <= asked.cut_off
            order by changed_at desc
            limit 1) as owner on true
), touched as (
    select asked.lead_no,
           count(*) filter (where at >= began_at) as touches,
           count(*) filter (where at >= coalesce(deals.stage_at, began_at)) as stage_touches,
           count(*) filter (where at >= began_at and at > cut_off - interval '14 days')
               as recent_touches,
           count(*) filter (where at >= began_at and is_meeting) as meetings,
           count(*) filter (where at >= began_at and is_reply) as replies,
           count(*) filter (where at < began_at and at > began_at - interval '90 days')
               as touches_before,
           min(at) filter (where at >= began_at) as first_at,
           max(at) filter (where at >= began_at) as last_at
      from asked_leads as asked
      join touches on touches.contact_id = asked.contact_id and touches.at <= asked.cut_off
      left join deals using (lead_no)
     group by asked.lead_no
), outcomes as materialized (
    select company_id, deals.is_won,
           coalesce(
               (select max(changed_at)
                  from property_history as past
                 where past.portal_id = %(portal_id)s and past.object_type = 'deals'
                   and past.hubspot_id = deals.deal_id and past.property = 'dealstage'),
               deals.closedate) as closed_at
      from sales_deals as deals
     cross join unnest(deals.company_ids) as company_id
     where deals.portal_id = %(portal_id)s and (deals.is_won or deals.is_lost)
), earlier as (
    select asked.lead_no,
           count(*) filter (where outcomes.is_won) as won_before,
           count(*) filter (where not outcomes.is_won) as lost_before
      from asked_leads as asked
      join outcomes
        on outcomes.company_id = asked.company_id and outcomes.closed_at < asked.cut_off
     group by asked.lead_no
), past as (
    -- what these properties were, where their history is kept; nothing to look up without
    select asked.lead_no,
           jsonb_object_agg(followed.object_type || '.' || followed.property, version.value)
               filter (where version.value <> '') as known,
           array_agg(followed.object_type || '.' || followed.property) as followed
      from asked_leads as asked
     cross join followed_properties as followed
      left join lateral (
           select value
             from property_history as past
            where past.portal_id = %(portal_id)s and past.object_type = followed.object_type
              and past.hubspot_id = case followed.object_type
                      when 'deals' then asked.deal_id
                      when 'contacts' then asked.contact_id
                      else asked.company_id end
              and past.property = followed.property
              and past.changed_at <= asked.cut_off
            order by changed_at desc
            limit 1) as version on true
     where followed.portal_id = %(portal_id)s
       and followed.object_type in ('deals', 'contacts', 'companies')
       and followed.property <> all (%(left_out)s::text[])
     group by asked.lead_no
)
select asked.lead_no, asked.contact_id, asked.deal_id, asked.company_id, asked.cut_off,
       asked.is_won, asked.closed_at,
       case when 'companies.industry' = any (past.followed)
           then past.known ->> 'companies.industry' else company.industry end as industry,
       case when 'companies.numberofemployees' = any (past.followed)
           then property_number(past.known ->> 'companies.numberofemployees')
           else company.numberofemployees end::float8 as employees,
       case when 'companies.annualrevenue' = any (past.followed)
           then property_number(past.known ->> 'companies.annualrevenue')
           else company.annualrevenue end::float8 as annual_revenue,
       coalesce(company.region, contact.region) as region,
       case when 'contacts.hs_analytics_source' = any (past.followed)
           then past.known ->> 'contacts.hs_analytics_source' else contact.lead_source end
           as source,
       case when 'contacts.jobtitle' = any (past.followed)
           then past.known ->> 'contacts.jobtitle' else contact.jobtitle end as job_title,
       case when asked.deal_id is null then contact.hubspot_owner_id else deals.owner_id end
           as owner_id,
       to_char(asked.began_at at time zone 'UTC', 'MM') as month,
       coalesce(earlier.won_before, 0)::float8 as won_before,
       coalesce(earlier.lost_before, 0)::float8 as lost_before,
       case when asked.deal_id is null then 0 else stages.place end as stage_place,
       extract(epoch from asked.cut_off - coalesce(deals.stage_at, asked.began_at))::float8 / 86400
           as days_in_stage,
       extract(epoch from asked.cut_off - asked.began_at)::float8 / 86400 as age_days,
       deals.amount::float8 as amount,
       coalesce(touched.touches, 0)::float8 as touches,
       coalesce(touched.stage_touches, 0)::float8 as stage_touches,
       coalesce(touched.recent_touches, 0)::float8 as recent_touches,
       coalesce(touched.meetings, 0)::float8 as meetings,
       coalesce(touched.replies, 0)::float8 as replies,
       coalesce(touched.touches_before, 0)::float8 as touches_before,
       extract(epoch from asked.cut_off - coalesce(touched.last_at, asked.began_at))::float8
           / 86400 as quiet_days,
       extract(epoch from touched.first_at - asked.began_at)::float8 / 3600 as response_hours,
       past.known as followed
  from asked_leads as asked
  left join hubspot_contacts_raw as contact
    on contact.portal_id = %(portal_id)s and contact.hubspot_id = asked.contact_id
  left join hubspot_companies_raw as company
    on company.portal_id = %(portal_id)s and company.hubspot_id = asked.company_id
  left join deals using (lead_no)
  left join stages on stages.stage_id = deals.stage_id
  left join touched using (lead_no)
  left join earlier using (lead_no)
  left join past using (lead_no);
