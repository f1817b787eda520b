-- Which open deals come first today? One row for each: expected is its worth times the win rate of
-- its stage (stage_win_rates; 0.1 where none is known), last_touch_at its last call, e-mail, meeting
-- or note, and is_stalled tells that it has none within 14 days. place is the order by expected
-- within the portal: stalled ones are to be touched, from the top. Leaves out deals without a sale.
create or replace view lead_priorities with (security_invoker = true) as
select
    deals.portal_id,
    deals.deal_id,
    deals.owner_id,
    deals.pipeline_id,
    deals.stage_id,
    deals.sale,
    coalesce(rates.win_rate, 0.1) as win_rate,
    round(deals.sale * coalesce(rates.win_rate, 0.1), 2) as expected,
    touched.last_touch_at,
    coalesce(touched.last_touch_at < now() - interval '14 days', true) as is_stalled,
    rank() over (
        partition by deals.portal_id
        order by deals.sale * coalesce(rates.win_rate, 0.1) desc
    ) as place
from sales_deals as deals
left join forecast_stages as rates
    on rates.portal_id = deals.portal_id and rates.pipeline_id = deals.pipeline_id
    and rates.stage_id = deals.stage_id
cross join lateral (
    select max(at) as last_touch_at
    from (
        select call_timestamp as at from hubspot_calls_raw as activity
        where activity.portal_id = deals.portal_id and not activity.archived
            and activity.deal_ids @> array[deals.deal_id]
        union all
        select email_timestamp from hubspot_emails_raw as activity
        where activity.portal_id = deals.portal_id and not activity.archived
            and activity.deal_ids @> array[deals.deal_id]
        union all
        select meeting_timestamp from hubspot_meetings_raw as activity
        where activity.portal_id = deals.portal_id and not activity.archived
            and activity.deal_ids @> array[deals.deal_id]
        union all
        select note_timestamp from hubspot_notes_raw as activity
        where activity.portal_id = deals.portal_id and not activity.archived
            and activity.deal_ids @> array[deals.deal_id]
    ) as activities
    where at <= now()
) as touched
where not deals.is_won and not deals.is_lost and deals.sale is not null;
