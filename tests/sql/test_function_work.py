"""What functions of sales do inside, as a reader: rows made and compared in vain, by their plans.

PostgreSQL shows no plan of a statement within a function, but its own auto_explain does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from db.connect import Connection, Database

from .test_metric_plans import FILL
from .test_plans import rows_of
from .test_reader_plans import become

DEALS = """
update hubspot_deals_raw set createdate = closedate - interval '9 days', pipeline = 'sales';
insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value)
select portal_id, 'deals', hubspot_id, property, createdate + days * interval '1 day', value
from hubspot_deals_raw
cross join (
    values ('pipeline', 'sales', 0), ('dealstage', 'talk', 0), ('dealstage', 'closedwon', 5)
) as told (property, value, days);
insert into user_keys (user_id, email, created_at)
select 'u' || n, 'person' || n || '@example.com', now() from generate_series(1, 4000) as n;
update hubspot_contacts_raw set email = 'person' || hubspot_id || '@example.com';
analyze
"""
EXPLAIN = """
load 'auto_explain';
set local auto_explain.log_min_duration = 0;
set local auto_explain.log_nested_statements = on;
set local auto_explain.log_analyze = on;
set local auto_explain.log_timing = off;
set local auto_explain.log_format = 'json';
set local client_min_messages = 'log'
"""
MORE_CONTACTS = """
insert into hubspot_contacts_raw (portal_id, hubspot_id, createdate, raw_json, fetched_at,
    updated_at)
select 1, n, timestamptz '2025-01-01' + n * interval '1 hour', '{}', now(), now()
from generate_series(4001, 5500) as n;
update call_links set call_direction = 'OUTBOUND'
"""
ONE_BY_ONE = """
select count(*) as contacts, count(first_at) as contacted,
    (percentile_cont(0.5) within group (order by extract(epoch from first_at - createdate) / 60)
        filter (where first_at is not null))::numeric as "firstResponse"
from hubspot_contacts_raw as contacts
cross join lateral (
    select min(call_timestamp) as first_at
    from call_links
    where contact_id = hubspot_id and call_timestamp >= createdate and call_timestamp <= now()
) as first_call
"""
# Question → the most rows that its statements may make and compare, of 2,000 deals or, in the
# month that is asked for, 372 of 4,000 contacts.
MOST = {
    "stage_funnel(null, null, null, 1)": 90_000,
    "lifetime_value(null, '2025-03-01', '2025-03-31', 1)": 10_000,
}


@pytest.fixture(scope="module")
def sold(shared_database: Database) -> Iterator[Connection]:
    with shared_database.transaction() as conn, conn.transaction(force_rollback=True):
        conn.execute(FILL)
        conn.execute("set local session_replication_role = replica")
        conn.execute(DEALS)
        try:
            with conn.transaction():
                conn.execute(EXPLAIN)
        except psycopg.Error as error:
            pytest.skip(f"NOT TESTED: no plan is shown by this server: {error}")
        yield conn


@pytest.mark.parametrize("question", MOST)
def test_a_function_compares_no_row_with_every_other(sold: Connection, question: str) -> None:
    said: list[str] = []
    sold.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    with sold.transaction(force_rollback=True):
        become(sold, "program")
        assert sold.execute(f"select * from {question}".encode()).fetchall()
    plans = [_plan(each) for each in said if each.startswith("duration:")]
    assert any(question[:12] not in str(each) for each in plans), "the plans within it are shown"
    assert 0 < sum(map(rows_of, plans)) < MOST[question]


def _plan(said: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said[said.index("{") :])["Plan"]
    return found


def test_many_contacts_and_few_are_answered_alike(sold: Connection) -> None:
    """More than 5,000 contacts have their calls read at once, and not looked up one by one."""
    with sold.transaction(force_rollback=True):
        sold.execute(MORE_CONTACTS)
        columns = 'contacts, contacted, "firstResponse"'
        found = sold.execute(f"select {columns} from first_response(portal => 1)".encode())
        assert found.fetchall() == sold.execute(ONE_BY_ONE).fetchall()
