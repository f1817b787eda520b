"""Store webhook events as received, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.connect import Connection
from db.queries import QUERIES


@dataclass(frozen=True, slots=True)
class Received:
    """Hold one event as it will stand in webhook_events. `ignored` says why no record is fetched
    for it."""

    portal_id: int
    key: str
    subscription_type: str
    object_type: str
    hubspot_id: str | None
    occurred_at: datetime | None
    received_at: datetime
    ignored: str | None
    event: str  # JSON


def append(conn: Connection, received: Sequence[Received]) -> set[tuple[int, str]]:
    """Store events; answer (portal, key) of the new ones. Doubles within the batch count once."""
    batch = list({(event.portal_id, event.key): event for event in received}.values())
    if not batch:
        return set()
    rows = conn.execute(
        QUERIES["append_events"],
        {
            "portal_ids": [event.portal_id for event in batch],
            "event_keys": [event.key for event in batch],
            "subscription_types": [event.subscription_type for event in batch],
            "object_types": [event.object_type for event in batch],
            "hubspot_ids": [event.hubspot_id for event in batch],
            "occurred_ats": [event.occurred_at for event in batch],
            "received_ats": [event.received_at for event in batch],
            "ignored": [event.ignored for event in batch],
            "events": [event.event for event in batch],
        },
    ).fetchall()
    return {(row["portal_id"], row["event_key"].replace("-", "")) for row in rows}


def count_unknown(conn: Connection, received: Sequence[Received]) -> None:
    """Count events of unregistered portals; nothing else of them is kept."""
    if received:
        conn.execute(
            QUERIES["count_unknown_portals"],
            {
                "portal_ids": [event.portal_id for event in received],
                "received_ats": [event.received_at for event in received],
                "subscription_types": [event.subscription_type[:100] for event in received],
            },
        )
