"""Every query on docs/sql.md runs, and finds something in a portal that has what it asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db.migrate import VIEWS

from .conftest import Crm

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def portal(crm: Crm) -> Crm:
    """Ann, a user who called and bought, her company and its team."""
    crm.insert("portals", {"portal_id": 1})
    crm.stage("closedwon", closed=True, probability="1.0")
    crm.user("u1", "ann@example.com")
    crm.team("t1", "Acme Team", members=["u1"])
    crm.company("201", "Acme Inc")
    properties = {"favourite_colour": "blue", "visits": "3"}
    crm.contact("101", properties, email="ann@example.com", phone="+1 415 555 0100", call_ids=["5001"])
    crm.deal(
        "7001",
        dealstage="closedwon",
        pipeline="closedwon",
        closedate="2025-02-01",
        contact_ids=["101"],
        company_ids=["201"],
    )
    crm.call("5001", call_duration=300_000, call_timestamp="2025-01-02", contact_ids=["101"])
    crm.call("5002", call_duration=1_000, call_direction="INBOUND", call_from_number="+14155550100")
    return crm


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: re.sub(r"\W+", " ", query)[:60])
def test_a_query_of_the_page_finds_rows(portal: Crm, query: str) -> None:
    rows = portal.conn.execute(query).fetchall()
    assert rows
    assert all(any(value is not None for value in row.values()) for row in rows)


def test_the_page_has_ten_queries_and_names_every_view(portal: Crm) -> None:
    assert len(QUERIES) >= 10
    tables = PAGE.split("## Views")[1].split("## Queries")[0]
    names = [path.stem.split("_", 1)[1] for path in VIEWS.glob("*.sql")]
    assert [name for name in names if f"`{name}`" not in tables] == []


def test_only_containment_uses_the_index(portal: Crm) -> None:
    for number in range(500):
        portal.contact(f"x{number}", {"favourite_colour": str(number)})
    portal.conn.execute("analyze hubspot_contacts_raw")
    assert "raw_json_idx" in _plan(portal, """raw_json @> '{"properties": {"favourite_colour": "blue"}}'""")
    assert "raw_json_idx" not in _plan(portal, "raw_json -> 'properties' ->> 'favourite_colour' = 'blue'")


def _plan(crm: Crm, condition: str) -> str:
    return str(crm.conn.execute(f"explain select * from contacts where {condition}").fetchall())
