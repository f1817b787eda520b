-- How is everything going, in one row for each portal? Won revenue counts won deals alone, the
-- pipeline open ones, each times its chance; opened and clicked are of the delivered e-mails.
-- total_records counts all seven entities. Leaves out archived and merged records.
create or replace view kpis with (security_invoker = true) as
select
    portals.portal_id,
    won_revenue,
    pipeline_value,
    total_revenue,
    total_deals,
    win_rate,
    avg_deal_size,
    total_contacts,
    total_companies,
    total_sessions,
    conversion_rate,
    bounce_rate,
    avg_csat,
    sla_compliance,
    email_open_rate,
    email_click_rate,
    total_tickets,
    total_deals + total_contacts + total_companies + total_sessions + total_tickets + total_emails
        + total_events as total_records
from portals
cross join lateral (
    select
        coalesce(sum(won_amount), 0) as won_revenue,
        coalesce(sum(open_weighted), 0) as pipeline_value,
        coalesce(sum(amount), 0) as total_revenue,
        sum(amount) / nullif(sum(amounts), 0) as avg_deal_size,
        100 * sum(won) / nullif(sum(won + lost), 0) as win_rate,
        coalesce(sum(n), 0)::bigint as total_deals
    from rolled_up(portals.portal_id, 'deals', 'month') as sums (
        key, n, won, lost, amount, amounts, won_amount, open_weighted, chance, chances, days,
        days_known, velocity, velocities
    )
) as deals
cross join lateral (
    select
        coalesce(sum(n), 0)::bigint as total_contacts
    from rolled_up(portals.portal_id, 'contacts', 'lifecycle_stage') as sums (
        key, n, score, scores, engagement, engagements
    )
) as contacts
cross join lateral (
    select
        coalesce(sum(n), 0)::bigint as total_companies
    from rolled_up(portals.portal_id, 'companies', 'region') as sums (
        key, n, employees, employees_known, revenue, revenue_known, traffic, traffic_known
    )
) as companies
cross join lateral (
    select
        coalesce(sum(n), 0)::bigint as total_sessions,
        100 * sum(converted) / nullif(sum(converted_known), 0) as conversion_rate,
        100 * sum(bounced) / nullif(sum(bounced_known), 0) as bounce_rate
    from rolled_up(portals.portal_id, 'web_sessions', 'month') as sums (
        key, n, seconds, timed, bounced, bounced_known, converted, converted_known, views,
        views_known, engaged, engaged_known
    )
) as sessions
cross join lateral (
    select
        coalesce(sum(n), 0)::bigint as total_tickets,
        sum(satisfaction) / nullif(sum(rated), 0) as avg_csat,
        100 * sum(in_time) / nullif(sum(in_time_known), 0) as sla_compliance
    from rolled_up(portals.portal_id, 'tickets', 'priority') as sums (
        key, n, hours, resolved, in_time, in_time_known, satisfaction, rated
    )
) as tickets
cross join lateral (
    select
        coalesce(sum(n), 0)::bigint as total_emails,
        100 * sum(opened) / nullif(sum(delivered), 0) as email_open_rate,
        100 * sum(clicked) / nullif(sum(delivered), 0) as email_click_rate
    from rolled_up(portals.portal_id, 'email_events', 'month') as sums (
        key, n, delivered, sent, opened, clicked, bounced, unsubscribed
    )
) as emails
cross join lateral (
    select
        coalesce(sum(n), 0)::bigint as total_events
    from rolled_up(portals.portal_id, 'marketing_events', 'month') as sums (
        key, n, seconds, timed, engaged, engaged_known, depth, depths
    )
) as events;
