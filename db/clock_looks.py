"""Ask Postgres for the clock before it wakes a job."""

from __future__ import annotations

from datetime import datetime

from db import scans
from db.connect import Connection
from db.queries import QUERIES


def work_due(conn: Connection) -> dict[str, bool]:
    """Name of a look → whether there is work for the jobs that have it."""
    row = conn.execute(QUERIES["work_due"], {"silence": scans.SILENCE}).fetchone()
    assert row is not None
    return {name: bool(found) for name, found in row.items()}


def moved_schedules(conn: Connection) -> dict[str, tuple[bool, datetime]]:
    """Answer the schedules that people started or stopped: name → whether it is on, since when."""
    rows = conn.execute(QUERIES["moved_schedules"]).fetchall()
    return {row["name"]: (row["is_on"], row["changed_at"]) for row in rows}


def move_schedule(conn: Connection, name: str, is_on: bool) -> None:
    """Start or stop a schedule, for good."""
    conn.execute(QUERIES["move_schedule"], {"name": name, "is_on": is_on})
