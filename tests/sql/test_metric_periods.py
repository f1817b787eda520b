"""Days begin at midnight in the portal's time zone, and a timeline leaves none out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from .conftest import Crm
from .naive_metrics import day_start


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", "2026-01-01", "2026-01-01 00:00"),
        ("US/Eastern", "2026-01-01", "2026-01-01 05:00"),
        ("America/New_York", "2026-03-08", "2026-03-08 05:00"),  # 23 hours long
        ("America/New_York", "2026-03-09", "2026-03-09 04:00"),
        ("America/New_York", "2026-11-01", "2026-11-01 04:00"),  # 25 hours long
        ("America/New_York", "2026-11-02", "2026-11-02 05:00"),
        ("Asia/Kolkata", "2026-01-01", "2025-12-31 18:30"),
        ("Pacific/Auckland", "2026-01-01", "2025-12-31 11:00"),
        ("Pacific/Kiritimati", "2026-01-01", "2025-12-31 10:00"),
        ("Pacific/Pago_Pago", "2026-01-01", "2026-01-01 11:00"),
        ("America/Havana", "2025-11-02", "2025-11-02 04:00"),  # midnight comes twice
        ("America/Havana", "2026-03-08", "2026-03-08 05:00"),  # and never: from 23:59 to 01:00
    ],
)
def test_when_a_day_begins(crm: Crm, zone: str, day: str, begins: str) -> None:
    crm.portal(zone)
    expected = datetime.fromisoformat(f"{begins}+00:00")
    assert _begins(crm, day) == expected
    assert day_start(date.fromisoformat(day), zone) == expected


@pytest.mark.parametrize("zone", ["Nowhere/Atlantis", "", "(none)"])
@pytest.mark.parametrize("question", ["sales_metrics()", "deals_by_stage()", "call_to_close()"])
def test_a_zone_that_nobody_knows_is_an_error_and_never_utc(
    crm: Crm, zone: str, question: str
) -> None:
    crm.portal(zone)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="does not know the time zone"):
        crm.rows(question)


def test_a_portal_that_is_not_registered_lives_in_utc(crm: Crm) -> None:
    assert _begins(crm, "2026-01-01") == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "starts"),
    [
        pytest.param("2026-01-05", "2026-01-05", ["2026-01-05"], id="one day"),
        pytest.param(
            "2026-01-01", "2026-01-31", [f"2026-01-{day:02}" for day in range(1, 32)], id="31 days"
        ),
        pytest.param(
            *("2026-01-01", "2026-02-01"),
            ["2026-01-01", "2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"],
            id="32 days: weeks from Monday",
        ),
        pytest.param(
            *("2026-01-01", "2026-03-31"),
            ["2026-01-01", *(str(date(2026, 1, 5) + timedelta(weeks=week)) for week in range(13))],
            id="90 days",
        ),
        pytest.param(
            "2026-01-15",
            "2026-04-15",
            ["2026-01-15", "2026-02-01", "2026-03-01", "2026-04-01"],
            id="91 days: months",
        ),
        pytest.param("2026-01-02", "2026-01-01", [], id="backwards"),
        pytest.param(None, "2026-01-01", [], id="without beginning"),
    ],
)
def test_the_steps_of_a_timeline(crm: Crm, first: str | None, last: str, starts: list[str]) -> None:
    crm.portal()
    rows = crm.conn.execute("select * from sales_timeline(null, %s, %s)", [first, last]).fetchall()
    assert [str(row["starts_on"]) for row in rows] == starts
    ends = [row["starts_on"] - timedelta(days=1) for row in rows[1:]] + [
        date.fromisoformat(last)
    ] * bool(rows)
    assert [row["ends_on"] for row in rows] == ends


@pytest.mark.parametrize(
    "last", ["2026-11-20", "2027-01-10", "2027-03-01"], ids=["days", "weeks", "months"]
)
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_a_timeline_adds_up_to_its_period(crm: Crm, zone: str, last: str) -> None:
    """A call every hour over a change of clocks: each lands in one step, and 25 in the long day."""
    crm.portal(zone)
    hours = [datetime(2026, 10, 28, tzinfo=UTC) + timedelta(hours=hour) for hour in range(24 * 8)]
    for number, hour in enumerate(hours):
        crm.call(str(number), call_timestamp=hour)
    steps = crm.rows(f"sales_timeline(null, '2026-10-30', '{last}')", 'starts_on, "totalCalls"')
    within = [hour for hour in hours if hour >= day_start(date(2026, 10, 30), zone)]
    assert sum(calls for _, calls in steps) == len(within)
    if last == "2026-11-20":
        assert dict(steps)[date(2026, 11, 1)] == (25 if zone == "America/New_York" else 24)


def _begins(crm: Crm, day: str) -> datetime:
    [row] = crm.conn.execute("select day_start(1, %s::date) as begins", [day]).fetchall()
    return row["begins"]
