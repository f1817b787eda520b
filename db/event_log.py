"""Store webhook events as received, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.arrays import arrays
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
    columns = arrays(
        batch,
        portal_ids="portal_id",
        event_keys="key",
        subscription_types="subscription_type",
        object_types="object_type",
        hubspot_ids="hubspot_id",
        occurred_ats="occurred_at",
        received_ats="received_at",
        ignored="ignored",
        events="event",
    )
    rows = conn.execute(QUERIES["append_events"], columns).fetchall()
    return {(row["portal_id"], row["event_key"].replace("-", "")) for row in rows}


def count_unknown(conn: Connection, received: Sequence[Received]) -> None:
    """Count events of unregistered portals; nothing else of them is kept."""
    if received:
        columns = arrays(received, portal_ids="portal_id", received_ats="received_at")
        kinds = [event.subscription_type[:100] for event in received]
        conn.execute(QUERIES["count_unknown_portals"], columns | {"subscription_types": kinds})
