"""Tell how one portal's copy is, as pages and programs ask for it."""

from __future__ import annotations

from typing import Any

from db.queries import QUERIES
from operations.servers import Servers


def types(servers: Servers, portal_id: int) -> list[dict[str, Any]]:
    """Answer the row of sync_status of each type that the portal has records of."""
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["sync_status_of"], {"portal_id": portal_id}).fetchall()
