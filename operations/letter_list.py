"""List dead letters of one portal: what failed for good and why."""

from __future__ import annotations

from db.queries import QUERIES, QueryRow
from operations.servers import Servers


def letters(
    servers: Servers,
    portal_id: int,
    limit: int,
    before: int | None = None,
    everything: bool = False,
) -> list[QueryRow]:
    """Answer the newest letters; the ones that were replayed or landed only with `everything`."""
    asked = {"portal_id": portal_id, "limit": limit, "before": before, "everything": everything}
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["letter_list"], asked).fetchall()


def waiting(servers: Servers, portal_id: int) -> QueryRow:
    """Count the letters that wait for a replay: the portal's, and deliveries of no known portal."""
    with servers.database.transaction() as conn:
        row = conn.execute(QUERIES["open_letters"], {"portal_id": portal_id}).fetchone()
    assert row is not None
    return row
