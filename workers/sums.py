"""Add up sales by day, so that a year of calls is 365 rows.

The sums only make queries fast, never right: a query counts the days that are not added up yet. The
work goes in slices, each a transaction of its own. A slice takes marks away, notes their days as
due and counts some of the due days. So a job that ends early, or is cut at its timeout, goes on
where it stood.
"""

from __future__ import annotations

from contextlib import suppress

import psycopg

from db import scans
from db.queries import QUERIES
from workers.context import Context

DAYS = 100  # counted in one transaction: seconds at five million calls


def run(context: Context, at_most: int = DAYS) -> None:
    """Run the job: add up each portal in slices of `at_most` days. Where another process does so
    already, it ends. A portal whose time zone PostgreSQL does not know is left out; doctor and
    status say so."""
    for portal in context.portals():
        context.stop.check()
        with suppress(psycopg.errors.InvalidParameterValue):
            while _add_up(context, portal.portal_id, at_most):
                context.stop.check()
    _settle_rollups(context)


def _settle_rollups(context: Context) -> None:
    """Fold the changes to each entity's sums, or build them, each in a transaction of its own."""
    with context.database.transaction() as conn:
        due = conn.execute(QUERIES["entities_to_settle"]).fetchall()
    for entity in due:
        context.stop.check()
        with context.database.transaction() as conn:
            conn.execute(QUERIES["settle_rollup"], entity)


def _add_up(context: Context, portal_id: int, at_most: int) -> bool:
    """Add up one slice; answers whether more is due."""
    where = {"portal_id": portal_id, "silence": scans.SILENCE, "at_most": at_most}
    with context.database.transaction() as conn:
        row = conn.execute(QUERIES["settle_days"], where).fetchone()
        if row is None or row["marks"] is None:
            return False
        left = conn.execute(QUERIES["days_are_due"], where).fetchone()
    return bool(left and left["due"])
