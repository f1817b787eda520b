"""Search events as HubSpot sent them, and have their records fetched again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import jobs
from db import changes
from db.changes import Mark
from db.queries import QUERIES, QueryRow
from operations.servers import Servers

KINDS = ("creation", "propertyChange", "associationChange", "deletion", "restore", "merge")
COMMON = "propertyChange"  # all other kinds have an index of their own


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Say which events of a portal. `before` and `before_key` are of the last one of a page."""

    portal_id: int
    object_type: str | None = None
    hubspot_id: str | None = None
    kind: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    before_key: UUID | None = None
    limit: int = 50


def found(servers: Servers, query: EventQuery) -> list[QueryRow]:
    """Answer events, newest first."""
    asked = asdict(query) | {"keys": None}
    with servers.database.transaction() as conn:
        if query.kind not in (None, COMMON):
            rare = conn.execute(QUERIES["rare_event_keys"], asked).fetchall()
            asked["keys"] = [row["event_key"] for row in rare]
        return conn.execute(QUERIES["event_list"], asked).fetchall()


def replay(servers: Servers, portal_id: int, event_key: UUID) -> QueryRow | None:
    """Have the record of an event fetched again; answer which; None: there is no such event.

    An event is only a hint: what HubSpot says now is stored, not what the event said.
    """
    portal = servers.portal(portal_id)
    types = servers.types(portal) if portal else {}
    asked = {"portal_id": portal_id, "event_key": event_key}
    with servers.database.transaction() as conn:
        row = conn.execute(QUERIES["event_named"], asked).fetchone()
        if row is None or row["hubspot_id"] is None or row["object_type"] not in types:
            return None
        links = frozenset(types[row["object_type"]].associations)
        changes.mark(conn, [Mark(portal_id, row["object_type"], row["hubspot_id"], links)])
    jobs.wake(servers.server, jobs.FETCH, portal_id, row["object_type"])
    return row
