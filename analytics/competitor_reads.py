"""Which deals were won and lost against which competitor, as API and pages show it."""

from __future__ import annotations

from datetime import datetime

from db.connect import Connection
from db.queries import QUERIES, QueryRow


def results(conn: Connection, portal_id: int) -> list[QueryRow]:
    """Answer what became of the deals that name each competitor, the worst of 30 days first."""
    return conn.execute(QUERIES["competitor_results_of"], {"portal_id": portal_id}).fetchall()


def losses(
    conn: Connection,
    portal_id: int,
    limit: int,
    since: datetime | None = None,
    competitor: str | None = None,
) -> list[QueryRow]:
    """Answer the latest deals that were lost while they named a competitor."""
    asked = {"portal_id": portal_id, "limit": limit, "since": since, "competitor": competitor}
    return conn.execute(QUERIES["competitor_losses_of"], asked).fetchall()


def patterns(conn: Connection, portal_id: int) -> list[QueryRow]:
    """Answer the competitors to which three deals or more were lost within 30 days."""
    return conn.execute(QUERIES["competitor_patterns_of"], {"portal_id": portal_id}).fetchall()
