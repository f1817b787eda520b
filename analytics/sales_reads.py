"""How sales go: the figures of a period, their course, and the tables beside them.

sql/functions/sales says how each number is found; the view `metrics` says what it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

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
}


@dataclass(frozen=True, slots=True)
class Period:
    """Which deals, contacts and calls count. Both days belong to it; None leaves an end open."""

    portal_id: int
    begins: date | None = None
    ends: date | None = None
    owner: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """Answer the arguments of the functions of sales."""
        return {
            "portal_id": self.portal_id,
            "begins": self.begins,
            "ends": self.ends,
            "owner": self.owner,
        }


def described(conn: Connection) -> list[QueryRow]:
    """Answer what each metric means, from where it comes, and what no answer means."""
    return conn.execute(QUERIES["read_metrics"]).fetchall()


def figures(conn: Connection, period: Period) -> QueryRow:
    """Answer the scalar metrics of a period, by key."""
    row = conn.execute(QUERIES["read_sales_metrics"], period.arguments).fetchone()
    assert row is not None
    return row


def timeline(conn: Connection, period: Period) -> list[QueryRow]:
    """Answer the metrics of each day, week or month of a period; open ends are the data's."""
    arguments = period.arguments
    if period.begins is None or period.ends is None:
        found = conn.execute(QUERIES["read_sales_bounds"], arguments).fetchone()
        if found is None or found["begins"] is None:
            return []
        arguments["begins"] = period.begins or found["begins"]
        arguments["ends"] = max(period.ends or found["ends"], arguments["begins"])
    return conn.execute(QUERIES["read_sales_timeline"], arguments).fetchall()


def table(conn: Connection, name: str, period: Period) -> list[QueryRow]:
    """Answer the rows of one of TABLES."""
    return conn.execute(QUERIES[TABLES[name]], period.arguments).fetchall()


def owners(conn: Connection, portal_id: int) -> list[QueryRow]:
    """Answer the portal's owners, the ones that are gone last."""
    return conn.execute(QUERIES["read_owners"], {"portal_id": portal_id}).fetchall()
