"""Note each deed through the API and the pages: one row each, never a value of a record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from db.queries import QUERIES
from operations.callers import Caller
from operations.servers import Servers


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Say who did what, from which address. `details` hold filters, ids and counts; no values and
    no tokens."""

    actor: str
    action: str
    portal_id: int | None = None
    details: Mapping[str, Any] | None = None
    address: str | None = None
    request_id: str | None = None


def note(servers: Servers, entry: AuditEntry) -> None:
    """Add an entry."""
    row = asdict(entry) | {"details": json.dumps(entry.details or {})}
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
    """Answer how often an actor did something since then."""
    asked = {"actor": actor, "action": action, "since": since}
    with servers.database.transaction() as conn:
        row = conn.execute(QUERIES["times_in_audit"], asked).fetchone()
    return int(row["times"]) if row else 0
