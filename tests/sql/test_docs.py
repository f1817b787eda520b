"""Every query on sql.md, metrics.md and readers.md runs, and finds something in a portal that has
it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from db import typed_views
from db.migrate import VIEWS
from db.rebuild import FUNCTIONS, sources

from .conftest import Crm

DOCS = Path(__file__).parents[2] / "docs"
PAGE, METRICS, READERS = (
    (DOCS / name).read_text() for name in ("sql.md", "metrics.md", "readers.md")
)
QUERIES, QUESTIONS, LOOKUPS = (
    re.findall(r"```sql\n(.*?)```", page, re.DOTALL) for page in (PAGE, METRICS, READERS)
)

PROPERTIES = [("contacts", "favourite_colour", "string"), ("contacts", "visits", "number"),
              ("cars", "license_plate", "string"), ("cars", "price", "number")]  # fmt: skip


@pytest.fixture
def portal(crm: Crm) -> Crm:
    """Ann, a user who called and bought, her company and its team; and Bob, who came after the sums
    were made."""
    describe(crm)
    add_ann(crm)
    crm.conn.execute("select settle_days(1)")
    add_bob(crm)
    add_what_ann_bought(crm)
    add_doubts(crm)
    crm.settled("team_spending")
    return crm


def describe(crm: Crm) -> None:
    """Give the portal properties and a custom type, and views of them."""
    crm.insert("portals", {"portal_id": 1})
    for object_type, name, kind in PROPERTIES:
        property_ = {"name": name, "type": kind, "object_type": object_type, "raw_json": Jsonb({})}
        crm.insert("hubspot_properties", {"portal_id": 1} | property_)
    crm.insert(
        "hubspot_schemas",
        {"portal_id": 1, "type_id": "2-1", "object_type": "cars", "raw_json": Jsonb({})},
    )
    for view in typed_views.views(crm.conn):
        if view.object_type in ("contacts", "cars"):
            typed_views.bring_up_to_date(crm.conn, "hubspot", view)


def add_ann(crm: Crm) -> None:
    crm.stage("closedwon", closed=True, probability="1.0")
    crm.user("u1", "ann@example.com")
    crm.team("t1", "Acme Team", members=["u1"])
    crm.company("201", "Acme Inc")
    properties = {"favourite_colour": "blue", "visits": "3"}
    crm.contact(
        "101", properties, email="ann@example.com", phone="+1 415 555 0100", call_ids=["5001"]
    )
    crm.owner("123", "Ann")


def add_bob(crm: Crm) -> None:
    crm.user("u2", "bob@example.com")
    crm.contact(
        "102",
        email="bob@example.com",
        createdate="2026-01-05",
        sales_script_version="A",
        hubspot_owner_id="123",
    )
    crm.deal(
        "7002",
        dealstage="closedwon",
        closedate="2026-01-06",
        contact_ids=["102"],
        hubspot_owner_id="123",
    )
    crm.call(
        "5003",
        call_timestamp="2026-01-05",
        call_duration=1_000,
        contact_ids=["102"],
        hubspot_owner_id="123",
    )


def add_what_ann_bought(crm: Crm) -> None:
    """Add her deal with its history, her call, and a car."""
    crm.deal(
        "7001",
        dealstage="closedwon",
        pipeline="closedwon",
        createdate="2025-01-01",
        closedate="2025-02-01",
        contact_ids=["101"],
        company_ids=["201"],
        primary=["101"],
    )
    for name, value in {"dealstage": "closedwon", "amount": "100"}.items():
        version = {"object_type": "deals", "hubspot_id": "7001", "property": name, "value": value}
        crm.insert("property_history", {"portal_id": 1, "changed_at": "2026-01-04"} | version)
        later = {"changed_at": "2026-02-15 12:00Z", "value": "7"}
        crm.insert("property_history", {"portal_id": 1} | version | later)
    crm.defines("calls", "hs_call_disposition", abc="Left voicemail")
    crm.call("5001", call_duration=300_000, call_timestamp="2025-01-02", contact_ids=["101"])
    crm.custom("cars", "9", {"license_plate": "B-1", "price": "9000"}, contact_ids=["101"])


def add_doubts(crm: Crm) -> None:
    """Add a call that only its number links, and a team whose name is only alike."""
    crm.call("5002", call_duration=1_000, call_direction="INBOUND", call_from_number="+14155550100")
    crm.company("202", "Jonson")
    ends = {"from_type": "companies", "from_id": "201", "to_type": "companies", "to_id": "202"}
    link = {"type_id": 14, "category": "HUBSPOT_DEFINED", "label": "Parent Company"}
    crm.insert("hubspot_associations", {"portal_id": 1} | ends | link)
    crm.team("t2", "Johnson")


@pytest.mark.parametrize(
    "query", QUERIES + QUESTIONS + LOOKUPS, ids=lambda query: re.sub(r"\W+", " ", query)[:60]
)
def test_a_query_of_the_page_finds_rows(portal: Crm, query: str) -> None:
    rows = portal.conn.execute(query).fetchall()
    assert rows
    assert all(any(value is not None for value in row.values()) for row in rows)


# What people ask, by a piece of the query that answers it on the page → what it finds here.
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "where dealstage = 'closedwon' and closedate >=": [(100, 2)],
    "where call_duration >= 300000": [("5001", datetime(2025, 1, 2, tzinfo=UTC), 5)],
    "deals.raw_json -> 'associations' -> 'contacts'": [("101", "ann@example.com")],
    "contacts.raw_json -> 'associations' -> 'calls'": [
        ("5001", datetime(2025, 1, 2, tzinfo=UTC), 300_000)
    ],
    "where call.link_method = 'phone'": [("5002", None, "ann@example.com", "Deal 7001", 100)],
    """from contacts
where raw_json @> '{"properties": {"favourite_colour": "blue"}}'""": [("101", "ann@example.com")],
    "from team_spending": [
        ("Acme Team", "Acme Inc", 100, 100, "exact", 1),
        ("Johnson", "Jonson", 0, 0, "sound", Decimal("0.6")),
    ],
    '"clientLifeTimeSpend"\nfrom contacts_to_users': [("101", None, None, "u1", 10)],
    "from deals_as_of(": [("closedwon", 1, 100)],
}


@pytest.mark.parametrize("piece", ANSWERS)
def test_what_people_ask_has_the_right_answer(portal: Crm, piece: str) -> None:
    [query] = [query for query in QUERIES if piece in query]
    portal.conn.execute("update hubspot_deals_raw set dealname = 'Deal ' || hubspot_id")
    assert [
        tuple(row.values()) for row in portal.conn.execute(query.encode()).fetchall()
    ] == ANSWERS[piece]


def test_properties_stand_below_properties(portal: Crm) -> None:
    found = portal.rows(
        "deals",
        "raw_json ->> 'dealname' as above, raw_json -> 'properties' ->> 'dealname' as below",
    )
    assert found == [(None, "Deal 7001"), (None, "Deal 7002")]


def test_the_page_has_ten_queries_and_names_every_view(portal: Crm) -> None:
    assert len(QUERIES) >= 10
    tables = PAGE.split("## Views")[1].split("## Queries")[0]
    files = [source for source in sources(VIEWS) if not source.has_model]  # docs/dbt.md
    created = [each for source in files for each in source.created]
    names = [name for kind, name in created if kind == "view"]
    missing = [name for name in names if f"`{name}`" not in tables]
    assert missing == [], "docs/sql.md names every view under Views"


def test_every_function_that_people_call_has_an_example(portal: Crm) -> None:
    answering = {
        row["answered_by"]
        for row in portal.conn.execute("select answered_by from metrics").fetchall()
    }
    folder = VIEWS.parent / FUNCTIONS
    people = {
        path.stem for subject in ("sales", "history") for path in (folder / subject).glob("*.sql")
    }
    assert answering <= people
    assert [
        name
        for name in sorted(people)
        if not any(f"{name}(" in query for query in QUERIES + QUESTIONS)
    ] == []


def test_only_containment_uses_the_index(portal: Crm) -> None:
    for number in range(500):
        portal.contact(f"x{number}", {"favourite_colour": str(number)})
    portal.conn.execute("analyze hubspot_contacts_raw")
    assert "raw_json_idx" in _plan(
        portal, """raw_json @> '{"properties": {"favourite_colour": "blue"}}'"""
    )
    assert "raw_json_idx" not in _plan(
        portal, "raw_json -> 'properties' ->> 'favourite_colour' = 'blue'"
    )


def _plan(crm: Crm, condition: str) -> str:
    return str(crm.conn.execute(f"explain select * from contacts where {condition}").fetchall())
