"""Forecast: what will be won, how earlier forecasts went, quotas, and nothing at all."""

from __future__ import annotations

from datetime import UTC, date, datetime

from dashboard import forecast_page
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS
from tests.dashboard.conftest import Visit

TOLD = """
    insert into forecasts (portal_id, period_start, period_end, owner_id, made_on, won, commit,
        best_case, pipeline, p10, p50, p90, mean, weighted, before, open_deals, came)
    values (%s, %s, %s, %s, %s, 11000, 22000, 33000, 44000, 55000, %s, 77000, 66000, 88000, 99000,
        12, %s)
"""


def test_the_page_shows_the_newest_forecast_older_ones_and_quotas(
    served: Servers, visit: Visit
) -> None:
    year = datetime.now(UTC).year + 1
    now = (date(year, 1, 1), date(year, 4, 1))
    assert "There is no forecast yet" in visit().get("/forecast").text
    with served.database.transaction() as conn:
        for owner, middle in (("", 66_000), ("7", 61_000)):
            conn.execute(TOLD, [OURS, *now, owner, "2026-01-01", middle, None])
        conn.execute(TOLD, [OURS, *now, "", "2025-12-01", 65_000, None])
        conn.execute(TOLD, [OURS, "2025-07-01", "2025-10-01", "", "2025-07-01", 60_000, 70_500])
        conn.execute(TOLD, [OTHERS, *now, "", "2026-01-01", 123_456, None])
        conn.execute(
            "insert into quotas (portal_id, owner_id, period_start, period_end, amount)"
            " values (%s, '7', %s, %s, 22000)",
            [OURS, *now],
        )
    page = visit().get("/forecast").text
    assert f"Q1 {year}" in page and "123" not in page.split("Forecast of Q1")[1][:4000]
    for said in ("66", "four in five between", "50.0%", "covers the rest 3.0 times", "Q3 2025"):
        assert said in page
    own = visit().get("/forecast?owner=7").text
    assert own.count("<tr><td>") >= 1
    past = visit().get("/forecast?of=2025-07-01..2025-10-01").text
    assert "came: " in past and "Q3 2025, from forecast to forecast" in past


def test_periods_are_called_as_people_call_them() -> None:
    named = {
        "November 2026": (date(2026, 11, 1), date(2026, 12, 1)),
        "Q4 2026": (date(2026, 10, 1), date(2027, 1, 1)),
        "2 Feb 2026 to 5 May 2026": (date(2026, 2, 2), date(2026, 5, 6)),
    }
    assert {forecast_page.label(period) for period in named.values()} == named.keys()
