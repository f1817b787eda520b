"""Remember the properties whose history a portal's people asked for, beside the registry's."""

from __future__ import annotations

from db import property_history, stored
from db.connect import Connection
from db.queries import QUERIES
from hubspot.mirrored import Mirrored

AT_ONCE = 10_000  # records whose histories are marked in one statement


def of_portal(conn: Connection, portal_id: int) -> list[tuple[str, str]]:
    """List (type, property)."""
    rows = conn.execute(QUERIES["followed_properties"], {"portal_id": portal_id}).fetchall()
    return [(row["object_type"], row["property"]) for row in rows]


def follow(conn: Connection, of: Mirrored, name: str) -> int:
    """Keep a property's versions from now on, and have HubSpot's history of every record read;
    answer of how many."""
    conn.execute(QUERIES["follow_property"], of.where | {"property": name})
    after, marked = "", 0
    while ids := stored.ids_above(conn, of, after, AT_ONCE):
        property_history.mark(conn, of, ids)
        after, marked = ids[-1], marked + len(ids)
    return marked


def unfollow(conn: Connection, of: Mirrored, name: str) -> None:
    """Keep no further versions. Those that are here stay."""
    conn.execute(QUERIES["unfollow_property"], of.where | {"property": name})
