"""Touches of deals, stalled deals and times of response, reckoned by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from .conftest import Crm

NOW = datetime.now(UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def sold(crm: Crm, deal_id: str, stage: str, createdate: Any, closedate: Any, *people: str) -> None:
    dates = {"createdate": createdate, "closedate": closedate}
    crm.deal(deal_id, dealstage=stage, contact_ids=list(people), hubspot_owner_id="7", **dates)


def fill(crm: Crm) -> None:
    """Fill a portal: one deal won after two touches, one lost after none, three open ones."""
    crm.portal()
    crm.owner("7", "Ann")
    for number in ("1", "2", "3", "4"):
        stage = "customer" if number == "1" else "lead"
        crm.contact(number, createdate="2026-01-01 10:00Z", lifecyclestage=stage)
    sold(crm, "won", "closedwon", "2026-01-01", "2026-01-31", "1")
    sold(crm, "lost", "closedlost", "2026-01-01", "2026-01-20", "2")
    sold(crm, "idle", "talk", ago(20), None, "3")
    sold(crm, "young", "talk", ago(3), None)
    sold(crm, "untouched", "talk", ago(40), None)
    call = {"call_direction": "OUTBOUND", "hubspot_owner_id": "7"}
    crm.call("c1", call_timestamp="2026-01-05", contact_ids=["1"], deal_ids=["won"], **call)
    crm.call("late", call_timestamp="2026-02-05", contact_ids=["1"], deal_ids=["won"], **call)
    crm.call("other", call_timestamp="2026-01-06", contact_ids=["1"], deal_ids=["x"], **call)
    crm.call("inbound", call_timestamp="2026-01-01 10:01Z", contact_ids=["2"], deal_ids=["x"],
             call_direction="INBOUND")  # fmt: skip
    crm.call("idle", call_timestamp=ago(15), contact_ids=[], deal_ids=["idle"], **call)
    crm.record("emails", "e1", email_timestamp="2026-01-01 10:04Z", direction="EMAIL",
               contact_ids=["1"])  # fmt: skip
    crm.record("emails", "e2", email_timestamp="2026-01-02 09:00Z", direction="EMAIL",
               contact_ids=["2"], deal_ids=["x"])  # fmt: skip
    crm.record("meetings", "m1", start_time="2026-01-07", outcome="CANCELED", deal_ids=["won"])
    crm.record("meetings", "m2", start_time=ago(-3), deal_ids=["idle"])


def refreshed(crm: Crm) -> int:
    return int(crm.rows("refresh_activity(1) as wrote", "wrote")[0][0])


def test_touches_of_deals_and_what_came_of_them(crm: Crm) -> None:
    fill(crm)
    assert crm.rows("deal_activity where is_stalled and counted_at is not null") == []
    assert refreshed(crm) == 4  # two deals were touched, two contacts were answered
    assert refreshed(crm) == 0
    columns = "deal_id, calls, emails, meetings, round(days_since_touch), is_stalled"
    assert crm.rows("deal_activity", columns) == [
        ("idle", 1, 0, 0, Decimal(15), True),
        ("lost", 0, 0, 0, None, False),
        ("untouched", 0, 0, 0, Decimal(40), True),
        ("won", 1, 1, 0, None, False),
        ("young", 0, 0, 0, Decimal(3), False),
    ]
    [none, few, *more] = crm.conn.execute("select * from touch_bands()").fetchall()
    assert (none["band"], none["deals"], none["won"], none["lost"]) == ("0", 1, 0, 1)
    assert (few["fewest"], few["won"], few["winRate"]) == (1, 1, 100)
    assert (none["low"], none["high"]) == (0, Decimal("79.35"))  # Wilson: z²/(1 + z²) at n = 1
    assert [(each["deals"], each["low"]) for each in more] == [(0, None)] * 4
    [rep] = crm.conn.execute("select * from rep_activity()").fetchall()
    assert (rep["owner_name"], rep["deals"], rep["winRate"]) == ("Ann", 2, 50)
    assert (rep["touches"], rep["per_won"], rep["per_lost"]) == (3, 2, 0)
    assert (rep["open"], rep["stalled"]) == (3, 2)
    bands = crm.conn.execute("select * from response_bands()").fetchall()
    counted = {each["band"]: (each["contacts"], each["customers"]) for each in bands}
    assert counted == {
        "within 5 minutes": (1, 1),
        "within an hour": (0, 0),
        "within a day": (1, 0),
        "within a week": (0, 0),
        "later": (0, 0),
        "never": (2, 0),
    }
    crm.conn.execute("delete from hubspot_emails_raw")
    assert refreshed(crm) == 3  # one deal changed, one contact answered later, one not at all


def test_usage_is_counted_by_contact(crm: Crm) -> None:
    """An event names its contact by id or by address; one of nobody that HubSpot knows is none."""
    crm.contact("1", email="Ann@Example.com")
    events = [("a", "1", None, ago(1)), ("b", None, "ann@example.com", ago(40))]
    for event_id, contact_id, email, at in [*events, ("c", None, "x@example.com", ago(1))]:
        told = {"event_id": event_id, "contact_id": contact_id, "email": email, "occurred_at": at}
        named = {"portal_id": 1, "source": "web", "schema_name": "website.v1", "event": "visit"}
        crm.insert("ingested_events", named | told)
    columns = "contact_id, source, events, events_30_days, kinds, active_days"
    assert crm.rows("contact_usage", columns) == [("1", "web", 2, 1, 1, 2)]
