-- Competitors: who they are, and what is to be read for them. The job: competitor_reading.

-- name: competitors_of
select name, aliases, never from competitors where portal_id = %(portal_id)s order by name;

-- name: put_competitor
insert into competitors (portal_id, name, aliases, never)
values (%(portal_id)s, %(name)s, %(aliases)s, %(never)s)
    on conflict (portal_id, name) do update
   set aliases = excluded.aliases, never = excluded.never
returning xmax = 0 as is_new;

-- name: drop_competitor
-- What was found for it goes with it.
with gone as (
    delete from competitors where portal_id = %(portal_id)s and name = %(name)s returning name
),
unnamed as (
    delete from competitor_mentions using gone
     where portal_id = %(portal_id)s and competitor = gone.name
),
unlost as (
    delete from competitive_losses using gone
     where portal_id = %(portal_id)s and competitor = gone.name
)
select name from gone;

-- name: begin_competitor_walks
-- Read everything again, from the beginning; what was marked is read on the way.
insert into competitor_walks (portal_id, object_type)
select %(portal_id)s, unnest(%(object_types)s::text[])
    on conflict (portal_id, object_type) do update set after = '';

-- name: portals_with_competitors_due
select portal_id from competitor_marks
 union
select portal_id from competitor_walks
 order by portal_id;

-- name: take_competitor_marks
-- The oldest marks, taken away; a mark that is seen was committed with its record, so the statement
-- that reads the record afterwards sees it. What this transaction undoes is marked again.
with taken as (
    delete from competitor_marks
     where (portal_id, mark_id) in (
           select portal_id, mark_id
             from competitor_marks
            where portal_id = %(portal_id)s
            order by mark_id
            limit %(at_most)s
              for update skip locked)
    returning object_type, hubspot_id
)
select object_type, array_agg(distinct hubspot_id order by hubspot_id) as hubspot_ids
  from taken
 group by object_type
 order by object_type;

-- name: due_competitor_walk
select object_type, after
  from competitor_walks
 where portal_id = %(portal_id)s
 order by object_type
 limit 1
   for update skip locked;

-- name: advance_competitor_walk
update competitor_walks
   set after = %(after)s
 where portal_id = %(portal_id)s and object_type = %(object_type)s;

-- name: end_competitor_walk
delete from competitor_walks
 where portal_id = %(portal_id)s and object_type = %(object_type)s;

-- name: drop_mentions_of
delete from competitor_mentions
 where portal_id = %(portal_id)s and source = any(%(sources)s)
   and record_id = any(%(record_ids)s::text[]);

-- name: put_mentions
insert into competitor_mentions
       (portal_id, deal_id, competitor, source, record_id, mentioned_at)
select %(portal_id)s, mention.*
  from unnest(%(deal_ids)s::text[], %(competitors)s::text[], %(sources)s::text[],
              %(record_ids)s::text[], %(times)s::timestamptz[])
       as mention (deal_id, competitor, source, record_id, mentioned_at)
    on conflict do nothing;

-- name: note_competitive_losses
-- Losses of these deals that nobody has noticed before. A deal that is lost no more, or names the
-- competitor no more, is forgotten: if it is lost again, that is another loss.
with now_lost as (
    select deal_id, competitor, closedate
      from deal_competitors
     where portal_id = %(portal_id)s and deal_id = any(%(deal_ids)s::text[]) and outcome = 'lost'
),
forgotten as (
    delete from competitive_losses as known
     where portal_id = %(portal_id)s and deal_id = any(%(deal_ids)s::text[])
       and not exists (select from now_lost
                        where now_lost.deal_id = known.deal_id
                          and now_lost.competitor = known.competitor)
)
insert into competitive_losses (portal_id, deal_id, competitor, lost_at)
select %(portal_id)s, deal_id, competitor, closedate
  from now_lost
    on conflict do nothing
returning deal_id, competitor, lost_at;

-- name: competitor_results_of
-- Who takes most from us first.
select competitor, aliases, deals, won, lost, open, win_rate, sales_won, sales_lost, sales_open,
       losses_30_days, last_mentioned_at
  from competitor_results
 where portal_id = %(portal_id)s
 order by losses_30_days desc, lost desc, competitor;

-- name: competitor_losses_of
-- The latest losses first.
select deal_id, dealname, competitor, lost_at, sale, owner_id, sources, noticed_at
  from competitor_losses
 where portal_id = %(portal_id)s
   and (%(since)s::timestamptz is null or lost_at >= %(since)s)
   and (%(competitor)s::text is null or competitor = %(competitor)s)
 order by lost_at desc nulls last, deal_id, competitor
 limit %(limit)s;

-- name: competitor_patterns_of
select competitor, losses_30_days, sales_lost, win_rate
  from competitor_patterns
 where portal_id = %(portal_id)s
 order by losses_30_days desc, competitor;

-- name: competitor_texts_left
-- Whether texts are still to be read, so that counts may grow.
select exists (select from competitor_walks where portal_id = %(portal_id)s) as reading;
