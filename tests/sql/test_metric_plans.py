"""The metrics reach their rows by index: what PostgreSQL counted of scans and rows, on tables worth
an index."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from db.connect import Connection, Database

# Without triggers, which would link each call by itself: a second instead of a minute.
FILL = """
insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json)
values (1, 'deals', 'sales', 'Sales', '{"stages": [{"id": "talk", "label": "Talk", "metadata":
    {"isClosed": "false", "probability": "0.5"}}, {"id": "closedwon", "label": "Won", "metadata":
    {"isClosed": "true", "probability": "1.0"}}]}');
set local session_replication_role = replica;
insert into portals (portal_id) values (1);
insert into hubspot_owners (portal_id, hubspot_id, raw_json) values (1, '7', '{}');
insert into hubspot_contacts_raw (portal_id, hubspot_id, phone, createdate, raw_json, fetched_at,
    updated_at)
select 1, n, '+1415' || 1000000 + n, timestamptz '2025-01-01' + n * interval '2 hours',
       jsonb_build_object('filler', repeat('x', 1000)), now(), now()
from generate_series(1, 4000) as n;
insert into hubspot_calls_raw (portal_id, hubspot_id, contact_ids, call_timestamp, call_duration,
    hubspot_owner_id,
                               raw_json, fetched_at, updated_at)
select 1, n, array[(n % 4000 + 1)::text], timestamptz '2025-01-01' + n * interval '40 minutes', n,
    n % 20,
       jsonb_build_object('filler', repeat('x', 1000)), now(), now()
from generate_series(1, 12000) as n;
insert into call_links (portal_id, call_id, contact_id, link_method, call_timestamp, call_duration,
    hubspot_owner_id)
select portal_id, hubspot_id, contact_ids[1], 'association', call_timestamp, call_duration,
    hubspot_owner_id
from hubspot_calls_raw;
insert into hubspot_deals_raw (portal_id, hubspot_id, amount, closedate, contact_ids, dealstage,
    raw_json, fetched_at, updated_at)
select 1, n, n, timestamptz '2025-01-01' + n * interval '4 hours', array[n::text],
       case when n % 40 = 0 then 'talk' else 'closedwon' end,
       jsonb_build_object('filler', repeat('x', 1000)), now(), now()
from generate_series(1, 2000) as n;
analyze;
"""
READ = """
select relname, seq_scan, seq_tup_read + coalesce(idx_tup_fetch, 0) as rows
from pg_stat_xact_user_tables
where schemaname = 'hubspot'
"""
MONTH = "'2025-03-01', '2025-03-31'"
FUNCTIONS = (
    *("sales_metrics", "sales_timeline", "call_to_close", "vsl_watch_stats", "sales_script_stats"),
    *("sales_funnel", "retention", "deals_by_stage", "sales_outlook", "forecast_categories"),
    *("sales_leaderboard", "first_response"),
)
TABLES = ("hubspot_calls_raw", "hubspot_contacts_raw", "hubspot_deals_raw", "call_links")


@pytest.fixture(scope="module")
def filled(shared_database: Database) -> Iterator[Database]:
    with shared_database.transaction() as conn:
        conn.execute(FILL)
    with psycopg.connect(shared_database.url, autocommit=True) as conn:
        conn.execute("vacuum hubspot.hubspot_contacts_raw")  # so that an index alone can answer
    yield shared_database
    with shared_database.transaction() as conn:
        conn.execute(
            "truncate hubspot_contacts_raw, hubspot_calls_raw, hubspot_deals_raw, call_links, "
            "portals, hubspot_pipelines, hubspot_owners"
        )
        conn.execute(
            "truncate sales_call_days, sales_contact_days, sales_marks, sales_sums, link_marks"
        )
        conn.execute("analyze")


@pytest.mark.parametrize("added_up", [True, False], ids=["added up", "counted"])
@pytest.mark.parametrize("owner", ["null", "'7'"], ids=["everybody", "an owner"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_month_is_looked_up(filled: Database, function: str, owner: str, added_up: bool) -> None:
    with filled.transaction() as conn, conn.transaction(force_rollback=True):
        if added_up:
            conn.execute("select settle_days(1)")
        before = _read(conn)
        conn.execute(f"select * from {function}({owner}, {MONTH})")
        after = _read(conn)
    scans = {table: after[table][0] - before[table][0] for table in TABLES}
    rows = {table: after[table][1] - before[table][1] for table in TABLES}
    # finds owners of calls without one: by hash, of so few contacts
    if function == "call_to_close" and not added_up:
        scans["hubspot_contacts_raw"] = rows["hubspot_contacts_raw"] = 0
    assert scans == dict.fromkeys(TABLES, 0)
    assert rows["hubspot_calls_raw"] == 0, "calls are wide, their links say everything"
    assert rows["hubspot_contacts_raw"] + rows["hubspot_deals_raw"] + rows["call_links"] <= 4000
    if added_up and function == "sales_metrics":
        assert rows["call_links"] == rows["hubspot_contacts_raw"] == 0, "days are added up"
    if added_up and function == "call_to_close":
        assert rows["hubspot_contacts_raw"] == 0, "an index says whose contact it is"


def _read(conn: Connection) -> dict[str, tuple[int, int]]:
    """Table → how often it was read from one end to the other, and how many rows were fetched, in
    this transaction."""
    return {row["relname"]: (row["seq_scan"], row["rows"]) for row in conn.execute(READ).fetchall()}
