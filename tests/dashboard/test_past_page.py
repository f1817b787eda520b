"""The pipeline as it was beside today's: stages, what moved, filters, and nothing at all."""

from __future__ import annotations

import csv
import io
import re

import pytest

from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, Client
from tests.dashboard.conftest import Visit

STAGES = """
    insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json)
    values (%s, 'deals', 'sales', 'Sales', '{"stages": [
        {"id": "new", "label": "New", "displayOrder": 0},
        {"id": "talk", "label": "Talking", "displayOrder": 1},
        {"id": "won", "label": "Won", "displayOrder": 2,
         "metadata": {"isClosed": "true", "probability": "1.0"}}]}')
"""
DEAL = """
    insert into hubspot_deals_raw (portal_id, hubspot_id, dealname, pipeline, dealstage, amount,
        createdate, hubspot_owner_id, raw_json, updated_at, fetched_at)
    values (%(portal)s, %(id)s, %(name)s, 'sales', %(stage)s, %(amount)s,
        now() - %(age)s * interval '1 day', %(owner)s, '{}', now(), now())
"""
PAST = """
    insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value)
    values (%(portal)s, 'deals', %(id)s, %(property)s, now() - %(age)s * interval '1 day',
        %(value)s)
"""
DEALS = (  # id, stage now, amount now, age in days, and what it was at first
    ("1", "won", 300, 20, {"dealstage": "new", "amount": "200", "pipeline": "sales"}),
    ("2", "talk", 50, 20, {"dealstage": "talk", "amount": "50", "pipeline": "sales"}),
    ("3", "new", 7, 2, {"dealstage": "new", "amount": "7", "pipeline": "sales"}),
)


@pytest.fixture(autouse=True)
def deals(served: Servers) -> None:
    """Make deals: one was won since, one stayed, one is new; another portal has one of its own."""
    with served.database.transaction() as conn:
        for portal in (OURS, OTHERS):
            conn.execute(STAGES, [portal])
        for id_, stage, amount, age, past in DEALS:
            deal = {"portal": OURS, "id": id_, "name": f"Deal {id_}", "stage": stage}
            conn.execute(DEAL, deal | {"amount": amount, "age": age, "owner": f"o{id_}"})
            for name, value in past.items():
                version = {"portal": OURS, "id": id_, "property": name, "value": value}
                conn.execute(PAST, version | {"age": min(age, 10)})
        for name, value in (("dealstage", "won"), ("amount", "300")):
            version = {"portal": OURS, "id": "1", "property": name, "value": value, "age": 1}
            conn.execute(PAST, version)
        canary = {"portal": OTHERS, "id": "1", "name": "CANARY", "stage": "won", "amount": 9}
        conn.execute(DEAL, canary | {"age": 20, "owner": "o1"})


def ago(served: Servers, days: int) -> str:
    with served.database.transaction() as conn:
        row = conn.execute("select (now() - %s * interval '1 day')::date as day", [days]).fetchone()
    return str(row["day"]) if row else ""


def table(visit: Visit, name: str, query: str) -> list[list[str]]:
    answer = visit().get(f"/tables/past-{name}.csv?{query}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text)))[1:]


def test_stages_then_and_now_and_what_moved(visit: Visit, served: Servers, asking: Client) -> None:
    query = f"day={ago(served, 5)}"
    assert table(visit, "stages", query) == [
        ["Sales", "New", "1", "1", "200", "7", "1", "1"],
        ["Sales", "Talking", "1", "1", "50", "50", "0", "0"],
        ["Sales", "Won", "0", "1", "0", "300", "1", "0"],
    ]
    assert table(visit, "moves", query) == [
        ["Sales: New", "Sales: Won", "1", "300"],
        ["", "Sales: New", "1", "7"],
    ]
    page = visit().get(f"/past?{query}").text
    assert "Deal 1</a>" in page and "created since" in page and "CANARY" not in page
    told = asking().get(f"/api/v1/past?{query}").json
    shown = [(each["label"], each["amount_then"], each["amount_now"]) for each in told["stages"]]
    assert shown == [("New", 200, 7), ("Talking", 50, 50), ("Won", 0, 300)]
    assert told["moves"][0]["target"] == {"pipeline": "Sales", "label": "Won"}
    assert (told["moves"][1]["source"], told["unknown"], "CANARY" in str(told)) == (None, 0, False)
    assert asking().get(f"/api/v1/past?{query}&portal={OTHERS}").status_code == 404
    figures = re.findall(r'class="soft">([^<]+) →</span> <b>([^<]+)<', page)
    assert figures[:3] == [("2", "2"), ("250", "57"), ("0", "1")]


def test_an_owner_narrows_both_sides(visit: Visit, served: Servers) -> None:
    assert table(visit, "moves", f"day={ago(served, 5)}&owner=o3") == [["", "Sales: New", "1", "7"]]
    assert "has no owner nobody" in visit().get("/past?owner=nobody").text
    with served.database.transaction() as conn:
        conn.execute(
            "insert into hubspot_owners (portal_id, hubspot_id, raw_json)"
            " values (%s, 'idle', '{}')",
            [OURS],
        )
    page = visit().get("/past?owner=idle").text
    assert "Choose another owner or pipeline" in page


def test_today_and_days_to_come_have_no_moves(visit: Visit, served: Servers) -> None:
    for day in (ago(served, 0), "2999-01-01"):
        assert "Nothing: every deal is where it was" in visit().get(f"/past?day={day}").text


def test_a_past_that_is_still_to_be_read_is_told(visit: Visit, served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute(
            "insert into history_marks (portal_id, object_type, hubspot_id)"
            " values (%s, 'deals', '2')",
            [OURS],
        )
    page = visit().get(f"/past?day={ago(served, 15)}").text
    assert "Of 1 deals the history is still to be read" in page


def test_no_deals_at_all_says_what_brings_them(visit: Visit, served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute("delete from hubspot_deals_raw")
    page = visit().get("/past?day=nonsense").text
    assert "A backfill of deals brings them" in page
