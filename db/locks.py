"""Limit how long a migration's locks make others wait, and name the sessions that make it wait.

While we wait for a lock on a view, all later readers wait behind us. A session that idles in a
transaction would so stop the whole house until it ends.
"""

from __future__ import annotations

import time

import psycopg
from psycopg import sql

from db.connect import Connection, Database
from db.queries import QUERIES

LONGEST_WAIT_SECONDS = 2.0  # for all locks of one attempt together


class LockBudget:
    """Hold the time that one transaction may spend on waiting for locks, whichever they are."""

    def __init__(self, seconds: float = LONGEST_WAIT_SECONDS) -> None:
        self._seconds = seconds
        self._ends: float | None = None

    def run(self, conn: Connection, statements: sql.Composable) -> None:
        """Run statements that wait for locks only as long as is left; may raise LockNotAvailable.
        The time runs from the first call. Both go in one message: a migration runs hundreds."""
        now = time.monotonic()
        self._ends = self._ends or now + self._seconds
        left_ms = max(1, int((self._ends - now) * 1000))
        conn.execute(sql.SQL(f"set local lock_timeout = '{left_ms}ms'; ") + statements)


def holders(database: Database) -> str:
    """Name the sessions that hold locks on something of our schema, for people to read."""
    try:
        with database.transaction() as conn:
            rows = conn.execute(QUERIES["lock_holders"]).fetchall()
    except psycopg.Error as error:
        return f"which session it is could not be asked: {error}"
    return "; ".join(row["told"] for row in rows) or "that session has ended meanwhile"
