"""Remember which of the types that most portals have none of a portal uses, and which it may not
see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db import associated_pairs, custom_types, followed_properties
from db.arrays import arrays
from db.connect import Connection
from db.queries import QUERIES, QueryRow
from hubspot.catalogue import Catalogue, Uses, catalogue
from hubspot.mirrored import Mirrored


@dataclass(frozen=True, slots=True)
class Look:
    """Hold what HubSpot showed of a type: whether there is a record, or why it may not be seen."""

    object_type: str
    is_used: bool
    refusal: str | None = None


def types_of(conn: Connection, portal_id: int) -> Catalogue:
    """Make a portal's catalogue of all that is remembered of it."""
    rows = conn.execute(QUERIES["used_types"], {"portal_id": portal_id}).fetchall()
    uses = Uses(
        associated_pairs.used(conn, portal_id),
        frozenset(row["object_type"] for row in rows),
        followed_properties.of_portal(conn, portal_id),
    )
    return catalogue(custom_types.read(conn, portal_id), uses)


def due(conn: Connection, portal_id: int, names: Sequence[str], wait: timedelta) -> list[str]:
    """Answer these types without the ones that were looked at within the last `wait`."""
    asked = {"portal_id": portal_id, "object_types": list(names), "wait": wait}
    return [row["object_type"] for row in conn.execute(QUERIES["types_to_look_at"], asked)]


def note(conn: Connection, portal_id: int, looks: Sequence[Look]) -> datetime | None:
    """Note what was found; answer when the portal's types last changed."""
    found = arrays(looks, object_types="object_type", is_used="is_used", refusals="refusal")
    row = conn.execute(QUERIES["note_looks"], {"portal_id": portal_id} | found).fetchone()
    return row["schemas_changed_at"] if row else None


def await_backfill(conn: Connection, portal_id: int, names: Sequence[str]) -> bool:
    """Let runs of these types wait for a worker; answer whether there are any."""
    asked = {"portal_id": portal_id, "object_types": list(names)}
    return bool(conn.execute(QUERIES["await_used"], asked).fetchall())


def refuse(conn: Connection, of: Mirrored, refusal: str) -> datetime | None:
    """Note that HubSpot shows a type no longer, and end its runs; answer as `note` does."""
    conn.execute(QUERIES["end_refused"], of.where | {"refusal": refusal})
    return note(conn, of.portal_id, [Look(of.name, False, refusal)])


def refused_lately(conn: Connection, of: Mirrored, wait: timedelta) -> bool:
    asked = conn.execute(QUERIES["refused_lately"], of.where | {"wait": wait})
    return asked.fetchone() is not None


def states(conn: Connection, portal_id: int | None = None) -> list[QueryRow]:
    """List what was found of each type that was looked at."""
    asked: dict[str, Any] = {"portal_id": portal_id}
    return conn.execute(QUERIES["read_optional_types"], asked).fetchall()
