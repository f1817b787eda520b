"""The metrics reach their rows by index for readers, too: counted as in test_reader_plans.py."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from db.connect import Database

from .test_metric_plans import FILL, FUNCTIONS, MONTH, TABLES
from .test_reader_plans import COPY, Cost, become, cost

WRITTEN = (
    *TABLES,
    *("portals", "sales_call_days", "sales_contact_days", "sales_marks", "sales_sums"),
    *("link_marks", "hubspot_pipelines"),
)


@pytest.fixture(scope="module")
def many_calls(shared_database: Database) -> Iterator[Database]:
    with shared_database.transaction() as conn:
        conn.execute(FILL)
        for table in (*TABLES, "portals"):
            conn.execute(COPY.format(table=table).encode())
        conn.execute("analyze")
    with psycopg.connect(shared_database.url, autocommit=True) as conn:
        conn.execute("vacuum hubspot.hubspot_contacts_raw")  # so that an index alone can answer
    yield shared_database
    with shared_database.transaction() as conn:
        conn.execute(f"truncate {', '.join(WRITTEN)}".encode())
        conn.execute("analyze")


@pytest.mark.parametrize("added_up", [True, False], ids=["added up", "counted"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_month_is_looked_up(many_calls: Database, function: str, added_up: bool) -> None:
    with many_calls.transaction() as conn, conn.transaction(force_rollback=True):
        if added_up:
            conn.execute("select settle_days(1)")
        _, owner = cost(conn, f"{function}(null, {MONTH}, 1)")
        become(conn, "program")
        _, read = cost(conn, f"{function}(null, {MONTH})")
    if function == "call_to_close" and not added_up:  # owners of calls: by hash, of so few contacts
        read.scanned.discard("hubspot_contacts_raw")
        read.rows.pop("hubspot_contacts_raw", None)
    assert read.scanned.isdisjoint(TABLES)
    assert read.rows.get("hubspot_calls_raw", 0) == 0, "calls are wide, their links say everything"
    assert rows_of(read) <= 2 * rows_of(owner) + 20
    if added_up and function == "sales_metrics":
        assert not {"call_links", "hubspot_contacts_raw"} & read.rows.keys(), "days are added up"


def rows_of(read: Cost) -> int:
    return sum(read.rows.get(table, 0) for table in TABLES)
