"""Forecast: what will be won of each period, how the forecasts went, quotas, and stages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from analytics import forecast_reads, sales_reads
from analytics.forecast_reads import ForecastQuestion
from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.fans import SaidForecast, fan
from operations.callers import Caller
from operations.servers import Servers

QUARTERS_SHOWN = 4  # of which the course of the forecasts is drawn
Rows = Sequence[dict[str, Any]]


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find the newest forecasts, older ones of the same periods, and what stands beside them."""
    question = ForecastQuestion(asked.portal_id, asked.owner, forecast_reads.MOST)
    with servers.reading([asked.portal_id]) as conn:
        told = {
            name: forecast_reads.table(conn, name, question)
            for name in ("now", "snapshots", "accuracy", "stages")
        }
        owners = sales_reads.owners(conn, asked.portal_id)
    periods = _periods(told["now"])
    chosen = _chosen(asked.words.get("of", ""), [*periods, *_periods(told["snapshots"])])
    own = [row for row in told["now"] if _of(row) == chosen]
    whose = asked.owner or ""
    return {
        "periods": [(period, label(period)) for period in periods],
        "chosen": chosen,
        "label": label(chosen) if chosen else "",
        "whole": next((row for row in own if row["owner_id"] == whose), None),
        "rows": [row for row in own if row["owner_id"]],
        "chart": _chart(chosen, told["snapshots"]) if chosen else None,
        "past": _past(told["snapshots"]),
        "accuracy": next((row for row in told["accuracy"] if row["owner_id"] == whose), None),
        "stages": told["stages"],
        "owners": owners,
        "heading": "What will be won",
    }


def label(period: tuple[date, date]) -> str:
    """Name a period as people do: a month, a quarter, or its first and last day."""
    first, after = period
    months = (after.year - first.year) * 12 + after.month - first.month
    if first.day == after.day == 1 and months == 1:
        return f"{first:%B %Y}"
    if first.day == after.day == 1 and months == 3 and first.month % 3 == 1:
        return f"Q{first.month // 3 + 1} {first.year}"
    return f"{first:%-d %b %Y} to {after - timedelta(days=1):%-d %b %Y}"


def key(period: tuple[date, date]) -> str:
    """Answer a period as it stands in the URL."""
    return f"{period[0]}..{period[1]}"


def _of(row: dict[str, Any]) -> tuple[date, date]:
    return row["period_start"], row["period_end"]


def _periods(rows: Rows) -> list[tuple[date, date]]:
    return list(dict.fromkeys(map(_of, rows)))


def _chosen(text: str, periods: Sequence[tuple[date, date]]) -> tuple[date, date] | None:
    """Answer the period that a URL names; else the quarter of now, else any."""
    named = next((period for period in periods if key(period) == text), None)
    quarter = next((period for period in periods if (period[1] - period[0]).days > 80), None)
    return named or quarter or next(iter(periods), None)


def _chart(period: tuple[date, date], snapshots: Rows) -> Markup:
    own = sorted((row for row in snapshots if _of(row) == period), key=lambda row: row["made_on"])
    told = [
        SaidForecast(f"{row['made_on']:%-d %b}", row["p10"], row["p50"], row["p90"], row["won"],
            row["weighted"])
        for row in own
    ]  # fmt: skip
    came = own[-1]["came"] if own else None
    return fan(
        f"Forecasts of {label(period)}", told, came, lambda value: words.figure(value, "money")
    )


def _money(value: float) -> str:
    return words.figure(value, "money")


def _past(snapshots: Rows) -> list[dict[str, Any]]:
    """Answer the first forecast of each period that is over, the newest period first."""
    first: dict[tuple[date, date], dict[str, Any]] = {}
    for row in snapshots:
        if row["came"] is not None:
            first[_of(row)] = row  # they come newest first, so the first one made stays
    newest = sorted(first.items(), reverse=True)[: 3 * QUARTERS_SHOWN]
    return [row | {"label": label(period), "key": key(period)} for period, row in newest]
