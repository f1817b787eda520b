"""What was done for deals, and what came of them: touches, stalled deals, times of response.

sql/functions/activity and sql/views/activity say how each figure is found. All of it correlates;
none of it says what causes what.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analytics.sales_reads import Period
from db.connect import Connection
from db.queries import QUERIES, QueryRow

STALLED_AFTER_DAYS = 14  # as the view deal_activity has it
MOST_STALLED = 200
ACTIVITY_TABLES: Mapping[str, str] = {  # name → the named query; each takes a Period's arguments
    "touch-bands": "read_touch_bands",
    "response-bands": "read_response_bands",
    "reps": "read_rep_activity",
}


def activity_table(conn: Connection, name: str, period: Period) -> list[QueryRow]:
    """Answer the rows of one of ACTIVITY_TABLES."""
    return conn.execute(QUERIES[ACTIVITY_TABLES[name]], period.arguments).fetchall()


def stalled(conn: Connection, period: Period, at_most: int = MOST_STALLED) -> list[QueryRow]:
    """Answer the open deals without a touch for more than 14 days, the longest first."""
    asked: dict[str, Any] = period.arguments | {"at_most": at_most}
    return conn.execute(QUERIES["read_stalled_deals"], asked).fetchall()


def stalled_sums(conn: Connection, period: Period) -> QueryRow:
    """Count the stalled deals, and add up what they are worth."""
    row = conn.execute(QUERIES["count_stalled_deals"], period.arguments).fetchone()
    assert row is not None
    return row


def usage(conn: Connection, portal_id: int) -> list[QueryRow]:
    """Answer what came of the company's own website and product, by source."""
    return conn.execute(QUERIES["read_usage"], {"portal_id": portal_id}).fetchall()


def counted_at(conn: Connection, portal_id: int) -> datetime | None:
    """Answer as of when touches are counted; None: not yet."""
    row = conn.execute(QUERIES["activity_as_of"], {"portal_id": portal_id}).fetchone()
    return row["as_of"] if row else None
