"""A handful of records of each entity, so that every aggregation can be computed by hand."""

from __future__ import annotations

from db.connect import Connection

STAGES = """'{"stages": [
    {"id": "talk", "label": "Talking", "displayOrder": 0, "metadata": {"probability": "0.5"}},
    {"id": "won", "label": "Won", "displayOrder": 1,
     "metadata": {"isClosed": "true", "probability": "1.0"}},
    {"id": "lost", "label": "Lost", "displayOrder": 2,
     "metadata": {"isClosed": "true", "probability": "0.0"}}]}'"""
KEPT = "'{}', now(), now()"
STATEMENTS = (
    f"""insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json)
        values (%(portal)s, 'deals', 'e-sales', 'Sales', {STAGES})""",
    f"""insert into hubspot_deals_raw (portal_id, hubspot_id, pipeline, dealstage, amount, region,
            industry, days_in_pipeline, createdate, raw_json, fetched_at, updated_at)
        select %(portal)s, 'e' || id, 'e-sales', stage, amount, region, industry, days,
            at::timestamptz, {KEPT}
          from (values ('1', 'won', 1000, 'Africa', 'Iron', 10, '2026-01-05'),
                       ('2', 'won', 2000, 'Europe', 'Iron', 20, '2026-01-06'),
                       ('3', 'lost', 400, 'Europe', 'Wood', 5, '2026-01-07'),
                       ('4', 'talk', 600, null, 'Wood', 10, '2026-02-01'))
               as made (id, stage, amount, region, industry, days, at)""",
    f"""insert into hubspot_deals_raw (portal_id, hubspot_id, dealstage, amount, archived,
            createdate, raw_json, fetched_at, updated_at)
        values (%(portal)s, 'e5', 'won', 99999, true, '2026-01-01', {KEPT})""",
    f"""insert into hubspot_contacts_raw (portal_id, hubspot_id, lifecyclestage, lead_source,
            lead_score, num_page_views, num_form_submissions, raw_json, fetched_at, updated_at)
        select %(portal)s, 'e' || id, stage, source, score, views, forms, {KEPT}
          from (values ('1', 'lead', 'REFERRALS', 40, 10, 1), ('2', 'lead', null, 20, 0, 1),
                       ('3', 'customer', 'REFERRALS', 90, 5, 4))
               as made (id, stage, source, score, views, forms)""",
    f"""insert into hubspot_companies_raw (portal_id, hubspot_id, industry, region,
            numberofemployees, annualrevenue, website_traffic_monthly, raw_json, fetched_at,
            updated_at)
        select %(portal)s, 'e' || id, industry, region, employees, revenue, traffic, {KEPT}
          from (values ('1', 'Iron', 'Europe', 10, 1000, 5), ('2', 'Iron', 'Europe', 20, 2000, 9),
                       ('3', 'Wood', null, 100, null, 9))
               as made (id, industry, region, employees, revenue, traffic)""",
    f"""insert into hubspot_tickets_raw (portal_id, hubspot_id, category, priority, time_to_close,
            satisfaction_score, createdate, raw_json, fetched_at, updated_at)
        select %(portal)s, 'e' || id, category, priority, hours * 3600000, score,
            '2026-01-05', {KEPT}
          from (values ('1', 'Bug', 'Critical', 6, 3), ('2', 'Bug', 'Low', 40, 3),
                       ('3', 'Billing', 'Critical', 2, 4), ('4', 'Bug', 'Low', null, null))
               as made (id, category, priority, hours, score)""",
    f"""insert into hubspot_marketing_events_raw (portal_id, hubspot_id, event_type, channel,
            session_duration_sec, page_depth, event_at, raw_json, fetched_at, updated_at)
        select %(portal)s, 'e' || id, type, channel, seconds, depth, at::timestamptz, {KEPT}
          from (values ('1', 'Webinar', 'Paid', 60, 2, '2026-01-05'),
                       ('2', 'Webinar', 'Paid', 100, 4, '2026-02-05'),
                       ('3', 'Fair', 'Organic', 30, 1, '2026-02-06'))
               as made (id, type, channel, seconds, depth, at)""",
    """insert into hubspot_email_events (portal_id, event_id, occurred_at, action, campaign_type,
            send_hour)
        select %(portal)s, 'e' || id, '2026-01-05', action, 'News', 9
          from unnest('{Sent,Sent,Sent,Sent,Sent,Delivered,Delivered,Delivered,Delivered,Opened,
              Opened,Clicked,Bounced,Spam}'::text[]) with ordinality as made (action, id)""",
    """insert into hubspot_web_sessions (portal_id, session_id, occurred_at, page_url, device_type,
            country, session_duration_sec, page_views, bounce, conversion)
        select %(portal)s, 'e' || id, at::timestamptz, page, 'Phone', country, seconds, views,
            bounce, conversion
          from (select n, '2026-01-05', '/', 'DE', 40, 1 + n %% 2, n %% 2 = 0, false
                  from generate_series(1, 6) as n
                union all select 7, '2026-02-05', '/pricing', 'FR', 60, 4, false, true
                union all select 8, '2026-02-06', '/pricing', 'FR', 60, 4, false, false)
               as made (id, at, page, country, seconds, views, bounce, conversion)""",
)


TABLES = (
    *("hubspot_pipelines", "hubspot_deals_raw", "hubspot_contacts_raw", "hubspot_companies_raw"),
    *("hubspot_tickets_raw", "hubspot_marketing_events_raw"),
)


def empty(conn: Connection, portal_id: int) -> None:
    """Take them out again; ids of others do not begin with e."""
    for table in TABLES:
        query = f"delete from {table} where portal_id = %s and hubspot_id like 'e%%'"
        conn.execute(query.encode(), [portal_id])
    for table in ("hubspot_email_events", "hubspot_web_sessions"):
        conn.execute(f"delete from {table} where portal_id = %s".encode(), [portal_id])


def fill(conn: Connection, portal_id: int) -> None:
    """Put the records into a portal."""
    for statement in STATEMENTS:
        conn.execute(statement.encode(), {"portal": portal_id})
