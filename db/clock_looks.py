"""Ask Postgres for the clock before it wakes a job."""

from __future__ import annotations

from db import scans
from db.connect import Connection
from db.queries import QUERIES


def work_due(conn: Connection) -> dict[str, bool]:
    """Name of a look → whether there is work for the jobs that have it."""
    row = conn.execute(QUERIES["work_due"], {"silence": scans.SILENCE}).fetchone()
    assert row is not None
    return {name: bool(found) for name, found in row.items()}
