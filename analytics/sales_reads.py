"""How sales go: the figures of a period, their course, and the tables beside them.

sql/functions/sales says how each number is found; the view `metrics` says what it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES, QueryRow

# Name → the named query that answers it; each takes the arguments of a Period.
TABLES: Mapping[str, str] = {
    "funnel": "read_sales_funnel",
    "call-to-close": "read_call_to_close",
    "stages": "read_deals_by_stage",
    "retention": "read_retention",
    "scripts": "read_sales_script_stats",
    "vsl": "read_vsl_watch_stats",
    "stage-funnel": "read_stage_funnel",
    "forecast": "read_forecast_categories",
    "leaderboard": "read_sales_leaderboard",
    "lifetime-value": "read_lifetime_value",
}
# Name → the named query that says as of when it answers; the others answer as of now.
MOMENTS: Mapping[str, str] = {"lifetime-value": "user_spend_as_of"}
SCALARS = ("read_sales_metrics", "read_sales_outlook", "read_first_response")
NOW = sql.SQL("select now() as as_of")
BREAKDOWNS = ("source", "campaign", "script")


@dataclass(frozen=True, slots=True)
class Period:
    """Which deals, contacts and calls count. Both days belong to it; None leaves an end open."""

    portal_id: int
    begins: date | None = None
    ends: date | None = None
    owner: str | None = None
    pipeline: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """Answer the arguments of the functions of sales."""
        return asdict(self)


def described(conn: Connection) -> list[QueryRow]:
    """Answer what each metric means, from where it comes, and what no answer means."""
    return conn.execute(QUERIES["read_metrics"]).fetchall()


def figures(conn: Connection, period: Period) -> QueryRow:
    """Answer the scalar metrics of a period, by key."""
    found: QueryRow = {}
    for name in SCALARS:
        row = conn.execute(QUERIES[name], period.arguments).fetchone()
        assert row is not None
        found |= row
    return found


def timeline(conn: Connection, period: Period) -> list[QueryRow]:
    """Answer the metrics of each day, week or month of a period; open ends are the data's."""
    return conn.execute(QUERIES["read_sales_timeline"], period.arguments).fetchall()


def table(conn: Connection, name: str, period: Period) -> list[QueryRow]:
    """Answer the rows of one of TABLES."""
    return conn.execute(QUERIES[TABLES[name]], period.arguments).fetchall()


def as_of(conn: Connection, name: str, portal_id: int) -> datetime:
    """Answer the moment of which one of TABLES tells: now, or when its sums were found."""
    moment = QUERIES[MOMENTS[name]] if name in MOMENTS else NOW
    row = conn.execute(moment, {"portal_id": portal_id}).fetchone()
    assert row is not None
    found: datetime = row["as_of"]
    return found


def owners(conn: Connection, portal_id: int) -> list[QueryRow]:
    """Answer the portal's owners, the ones that are gone last."""
    return conn.execute(QUERIES["read_owners"], {"portal_id": portal_id}).fetchall()


def breakdown(conn: Connection, by: str, period: Period) -> list[QueryRow]:
    """Answer the win rates by one of BREAKDOWNS."""
    return conn.execute(QUERIES["read_win_rates"], period.arguments | {"by": by}).fetchall()


def pipelines(conn: Connection, portal_id: int) -> list[QueryRow]:
    """Answer the portal's pipelines of deals, by label."""
    return conn.execute(QUERIES["read_deal_pipelines"], {"portal_id": portal_id}).fetchall()
