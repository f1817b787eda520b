"""Portals: which HubSpot accounts we mirror, with what token, and which are paused and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from db.connect import Connection
from db.queries import QUERIES


@dataclass(frozen=True, slots=True)
class Portal:
    portal_id: int
    name: str | None
    token_encrypted: bytes | None
    time_zone: str
    currency: str | None
    country: str | None
    paused: bool
    paused_until: datetime | None
    paused_reason: str | None


def put(
    conn: Connection,
    portal_id: int,
    time_zone: str,
    currency: str | None,
    name: str | None = None,
    token_encrypted: bytes | None = None,
) -> None:
    """Register a portal or refresh what HubSpot says of it. Without a token of its own it uses the environment's."""
    conn.execute(
        QUERIES["put_portal"],
        {
            "portal_id": portal_id,
            "name": name,
            "time_zone": time_zone,
            "currency": currency,
            "token_encrypted": token_encrypted,
        },
    )


def all_portals(conn: Connection) -> list[Portal]:
    rows = conn.execute(QUERIES["portals"]).fetchall()
    names = Portal.__dataclass_fields__
    return [Portal(**{name: value for name, value in row.items() if name in names}) for row in rows]


def pause(conn: Connection, portal_id: int, reason: str, wait: timedelta | None = None) -> None:
    """Nothing is asked of HubSpot for this portal until `wait` is over; without `wait`, until somebody resumes it."""
    conn.execute(QUERIES["pause_portal"], {"portal_id": portal_id, "reason": reason, "wait": wait})


def resume(conn: Connection, portal_id: int) -> None:
    conn.execute(QUERIES["resume_portal"], {"portal_id": portal_id})
