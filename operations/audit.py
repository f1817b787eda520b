"""Who did what through the API and the pages: one row each, never a value of a record."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from db.connect import Connection
from db.queries import QUERIES
from operations.servers import Servers


def note(
    servers: Servers,
    actor: str,
    action: str,
    portal_id: int | None = None,
    details: dict[str, Any] | None = None,
    address: str | None = None,
    request_id: str | None = None,
) -> None:
    """Add an entry. `details` hold filters, ids and counts; no values and no tokens."""
    row = {
        "actor": actor,
        "action": action,
        "portal_id": portal_id,
        "details": json.dumps(details or {}),
        "address": address,
        "request_id": request_id,
    }
    with servers.database.transaction() as conn:
        conn.execute(QUERIES["add_audit_entry"], row)


def entries(
    conn: Connection, portals: Collection[int], limit: int, before: int | None = None
) -> list[dict[str, Any]]:
    """Answer the newest entries about these portals, or about none."""
    asked = {"portals": list(portals), "limit": limit, "before": before}
    return conn.execute(QUERIES["audit_entries"], asked).fetchall()


def times(servers: Servers, actor: str, action: str, since: datetime) -> int:
    """Answer how often somebody did something since then."""
    asked = {"actor": actor, "action": action, "since": since}
    with servers.database.transaction() as conn:
        row = conn.execute(QUERIES["times_in_audit"], asked).fetchone()
    return int(row["times"]) if row else 0
