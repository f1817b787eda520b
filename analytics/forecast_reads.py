"""What will be won, how right earlier forecasts were, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from db.connect import Connection
from db.queries import QUERIES, QueryRow

MOST = 5_000
# Name → the named query that answers it; the views of sql/views/intelligence say what each means.
FORECAST_TABLES: Mapping[str, str] = {
    "now": "read_forecast_now",
    "snapshots": "read_forecast_snapshots",
    "accuracy": "read_forecast_accuracy",
    "stages": "read_stage_win_rates",
    "bottlenecks": "read_funnel_bottlenecks",
    "lifetime-value": "read_customer_lifetime_value",
    "performance": "read_team_performance",
    "priorities": "read_lead_priorities",
    "quotas": "read_quotas",
}


@dataclass(frozen=True, slots=True)
class ForecastQuestion:
    """Which rows: all of a portal, or an owner's where a table has owners."""

    portal_id: int
    owner: str | None = None
    limit: int = 500


def table(conn: Connection, name: str, question: ForecastQuestion) -> list[QueryRow]:
    """Answer the rows of one of FORECAST_TABLES."""
    rows = conn.execute(QUERIES[FORECAST_TABLES[name]], asdict(question)).fetchall()
    return [{key: _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """Answer a number that JSON has; as it stands it would become a text there."""
    return float(value) if isinstance(value, Decimal) else value
