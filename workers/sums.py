"""Sales by day: add up what changed since it was added up (0005_metrics.sql), so that a year of
calls is 365 rows.

Nobody depends on it for being right, only for being fast: who asks counts what is not added up yet.
"""

from __future__ import annotations

from db import scans
from db.queries import QUERIES
from workers.context import Context


def run(context: Context) -> None:
    """The job: each portal in a transaction of its own. Where another process is at it, there is
    nothing to do."""
    for portal in context.portals():
        context.stop.check()
        with context.database.transaction() as conn:
            conn.execute(
                QUERIES["settle_days"], {"portal_id": portal.portal_id, "silence": scans.SILENCE}
            )
