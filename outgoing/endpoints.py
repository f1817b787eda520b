"""Keep the endpoints that webhooks of ours go to, and say which of them hears what."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import records

EVENTS = {
    "record.created": "a record came",
    "record.updated": "properties of a record changed",
    "record.archived": "a record was archived, or is gone",
    "record.restored": "an archived record came back",
    "record.merged": "a record became part of another",
    "link.changed": "a record was linked to others, or is no longer",
    "stage.changed": "a deal, ticket … moved to another stage",
    "score.changed": "a score of a record changed",
}
SECRET_BYTES = 32
PREFIX = "whsec_"  # of secrets, as Standard Webhooks writes them


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Hold an endpoint and what it wants to hear; empty means everything."""

    portal_id: int
    endpoint_id: str
    url: str
    events: list[str]
    object_types: list[str]
    properties: list[str]
    secrets: list[bytes]  # encrypted, the newest first
    created_at: datetime

    def hears(self, event: str, object_type: str, properties: Collection[str]) -> bool:
        """Tell whether it wants to hear of this. A filter of properties is about changes of
        properties; events of other kinds pass it."""
        if self.events and event not in self.events:
            return False
        if self.object_types and object_type not in self.object_types:
            return False
        told = set(properties)
        return not (self.properties and told) or not told.isdisjoint(self.properties)


def new_secret() -> str:
    """Make a secret as Standard Webhooks writes one."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def new_id() -> str:
    return f"ep_{secrets.token_hex(8)}"


def add(conn: Connection, portal_id: int, endpoint_id: str, given: dict[str, Any]) -> None:
    """Store an endpoint: its url, secrets (encrypted), and filters."""
    named = {"portal_id": portal_id, "endpoint_id": endpoint_id}
    filters: dict[str, Any] = {"events": [], "object_types": [], "properties": []}
    conn.execute(QUERIES["add_endpoint"], named | filters | given)


def of_portal(conn: Connection, portal_id: int) -> list[Endpoint]:
    """List a portal's endpoints."""
    return records(conn, Endpoint, QUERIES["endpoints_of"], {"portal_id": portal_id})


def find(conn: Connection, portal_id: int, endpoint_id: str) -> Endpoint | None:
    return next(
        (each for each in of_portal(conn, portal_id) if each.endpoint_id == endpoint_id), None
    )


def everything(conn: Connection) -> list[Endpoint]:
    """List the endpoints of all portals."""
    return records(conn, Endpoint, QUERIES["every_endpoint"])


def put_secrets(
    conn: Connection, portal_id: int, endpoint_id: str, encrypted: Sequence[bytes]
) -> None:
    """Replace an endpoint's secrets, the newest first."""
    named = {"portal_id": portal_id, "endpoint_id": endpoint_id}
    conn.execute(QUERIES["put_endpoint_secrets"], named | {"secrets": list(encrypted)})


def remove(conn: Connection, portal_id: int, endpoint_id: str) -> bool:
    """Forget an endpoint with its waiting messages; answer whether there was one."""
    named = {"portal_id": portal_id, "endpoint_id": endpoint_id}
    conn.execute(QUERIES["forget_endpoint_messages"], named)
    return conn.execute(QUERIES["remove_endpoint"], named).rowcount > 0
