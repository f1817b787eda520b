"""Sales by day: add up what changed since it was added up (0023_metric_days.sql), so that a year of
calls is 365 rows.

Nobody depends on it for being right, only for being fast: who asks counts what is not added up yet.
"""

from __future__ import annotations

from contextlib import suppress

import psycopg

from db import scans
from db.queries import QUERIES
from workers.context import Context


def run(context: Context) -> None:
    """The job: each portal in a transaction of its own. Where another process is at it, there is
    nothing to do. A portal whose time zone PostgreSQL does not know has no days to add up; doctor
    and status say so."""
    for portal in context.portals():
        context.stop.check()
        with suppress(psycopg.errors.InvalidParameterValue), context.database.transaction() as conn:
            conn.execute(
                QUERIES["settle_days"], {"portal_id": portal.portal_id, "silence": scans.SILENCE}
            )
