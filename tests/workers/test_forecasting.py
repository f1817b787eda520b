"""The job forecasts from rows as of its time, keeps a snapshot a day, and scores older ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from db.connect import Connection
from lab.market import load, make
from workers import forecasting
from workers.context import Context

PORTAL = 62_515
CUT_OFF = datetime(2026, 1, 10, tzinfo=UTC)
QUARTER = (date(2026, 1, 1), date(2026, 4, 1))


@pytest.fixture
def market(context: Context) -> Context:
    """Put the deals of a small market into the first portal; the second has none."""
    made = make(1, companies=250, has_activities=False)
    load(context.database, made, PORTAL, types=("deals",))
    return context


def snapshots(conn: Connection, owner: str = "") -> list[dict[str, Any]]:
    return conn.execute(
        "select * from forecasts where owner_id = %s order by period_start, period_end, made_on",
        [owner],
    ).fetchall()


def test_a_run_is_a_snapshot_of_its_day_and_is_scored_when_the_period_is_over(
    market: Context,
) -> None:
    forecasting.run(market, now=lambda: CUT_OFF)
    with market.database.transaction() as conn:
        first = snapshots(conn)
        assert [(row["period_start"], row["period_end"]) for row in first] == [
            (date(2026, 1, 1), date(2026, 2, 1)), QUARTER, (date(2026, 4, 1), date(2026, 7, 1))
        ]  # fmt: skip
        assert {row["portal_id"] for row in first} == {PORTAL}
        assert all(row["p10"] <= row["p50"] < row["p90"] for row in first)
        assert {row["came"] for row in first} == {None}
        rates = conn.execute(
            "select win_rate from stage_win_rates where portal_id = %s and pipeline_id = 'default'"
            " order by display_order", [PORTAL]
        ).fetchall()  # fmt: skip
        found = [row["win_rate"] for row in rates]
        assert len(found) == 5 and found[0] < 0.3 < 0.6 < found[4]
    forecasting.run(market, now=lambda: CUT_OFF)
    forecasting.run(market, now=lambda: datetime(2026, 4, 2, tzinfo=UTC))
    with market.database.transaction() as conn:
        later = snapshots(conn)
        same = [row for row in later if row["made_on"] == CUT_OFF.date()]
        assert [row["p50"] for row in same] == [row["p50"] for row in first]
        (scored,) = [row for row in same if (row["period_start"], row["period_end"]) == QUARTER]
        won = conn.execute(
            "select sum(sale) as sale from sales_deals where is_won"
            " and closedate >= '2026-01-01' and closedate < '2026-04-01'"
        ).fetchone()
        assert won is not None and scored["came"] == won["sale"] > 0
        own = conn.execute(
            "select sum(came) as came from forecasts where owner_id <> '' and made_on = %s"
            " and period_start = %s and period_end = %s", [CUT_OFF.date(), *QUARTER]
        ).fetchone()  # fmt: skip
        assert own is not None and own["came"] == won["sale"]


def test_nothing_that_came_later_is_known(market: Context) -> None:
    with market.database.transaction() as conn:
        known = forecasting.known_at(conn, PORTAL, CUT_OFF)
        conn.execute("delete from property_history where changed_at > %s", [CUT_OFF])
        conn.execute("update hubspot_deals_raw set amount = 1, closedate = now(), dealstage = '-'")
        assert forecasting.known_at(conn, PORTAL, CUT_OFF) == known
    assert len(known.deals) > 50 and max(deal.created for deal in known.deals) < known.at
