"""Every table of every page as a file: its heads, who may take it, and the note in the audit."""

from __future__ import annotations

import csv
import io

import pytest

from dashboard import page_tables
from operations.callers import SCOPES
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS
from tests.dashboard.conftest import Visit, take_no_more_count
from tests.dashboard.test_sync_page import FILL
from tests.uncertain import doubt_teams


@pytest.fixture
def filled(served: Servers) -> None:
    """Put one of everything into both portals."""
    doubt_teams(served.database)
    for portal in (OURS, OTHERS):
        with served.database.transaction() as conn:
            for statement in FILL.strip().split(";\n"):
                words = {"portal": portal, "canary": f"=CANARY-{portal}"}
                conn.execute(statement.rstrip(";").encode(), words)


def test_every_table_is_a_file_of_this_portal_alone(
    visit: Visit, served: Servers, filled: None
) -> None:
    client = visit()
    for name, table in page_tables.TABLES.items():
        take_no_more_count(served)
        answer = client.get(f"/tables/{name}.csv")
        assert (answer.status_code, answer.mimetype) == (200, "text/csv"), name
        head = next(csv.reader(io.StringIO(answer.text)))
        assert head == [column.head for column in table.columns]
        assert str(OTHERS) not in answer.text, name
    take_no_more_count(served)
    assert f"'=CANARY-{OURS}" in client.get("/tables/dead-letters.csv").text
    assert client.get("/tables/users.csv").status_code == 404
    with served.database.transaction() as conn:
        rows = conn.execute(
            "select details->>'table' as name from audit_entries where action = 'export'"
            " order by entry_id limit %s",
            [len(page_tables.TABLES)],
        ).fetchall()
    assert [row["name"] for row in rows] == list(page_tables.TABLES)


def test_a_table_needs_the_scope_of_its_page(visit: Visit, served: Servers) -> None:
    for scope in SCOPES:
        client = visit(scope)
        for name, table in page_tables.TABLES.items():
            take_no_more_count(served)
            status = client.get(f"/tables/{name}.csv").status_code
            assert status == (200 if table.scope == scope else 404), (scope, name)


def test_events_without_the_right_to_records_have_no_values(visit: Visit, filled: None) -> None:
    assert "CANARY" in visit().get("/tables/events.csv").text
    assert "CANARY" not in visit("status:read").get("/tables/events.csv").text
