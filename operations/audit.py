"""Who did what through the API and the pages: one row each, never a value of a record."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from db.queries import QUERIES
from operations.callers import Caller
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


def seen_by(
    servers: Servers, caller: Caller, limit: int, before: int | None = None
) -> list[dict[str, Any]]:
    """Answer the newest entries about the portals of a caller.

    Entries about no portal, as sign-ins, name people of any: they are for callers of all portals.
    """
    every = {portal.portal_id for portal in servers.portals()} <= set(caller.portals)
    asked = {"portals": list(caller.portals), "every": every, "limit": limit, "before": before}
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["audit_entries"], asked).fetchall()


def times(servers: Servers, actor: str, action: str, since: datetime) -> int:
    """Answer how often somebody did something since then."""
    asked = {"actor": actor, "action": action, "since": since}
    with servers.database.transaction() as conn:
        row = conn.execute(QUERIES["times_in_audit"], asked).fetchone()
    return int(row["times"]) if row else 0
