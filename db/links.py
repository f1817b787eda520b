"""Stored links: settle marks, mark everything. What keeps them is in 0015_stored_links.sql."""

from __future__ import annotations

from db.connect import Connection
from db.queries import QUERIES


def settle(conn: Connection, at_most: int) -> int:
    """Find the links that the oldest marks name once more; how many marks that were. 0, too, when another settles."""
    row = conn.execute(QUERIES["settle_link_marks"], {"at_most": at_most}).fetchone()
    return int(row["settled"]) if row else 0


def mark_all(conn: Connection, portal_id: int) -> None:
    """Every link of a portal is to be found anew."""
    conn.execute(QUERIES["mark_all_links"], {"portal_id": portal_id})


def waiting(conn: Connection) -> int:
    """How many marks there are."""
    row = conn.execute(QUERIES["waiting_link_marks"]).fetchone()
    return int(row["waiting"]) if row else 0
