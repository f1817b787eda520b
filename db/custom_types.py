"""Keep the object types that portals defined themselves, as HubSpot describes them, and marks of
unknown types."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from db import changes
from db.changes import Claims
from db.connect import Connection
from db.queries import QUERIES


def put(conn: Connection, portal_id: int, schemas: str, read_at: datetime) -> datetime | None:
    """Replace a portal's known types; answer when they last changed.

    `schemas` is a JSON array of {"type_id", "object_type", "label", "schema"}, `read_at` when
    HubSpot was asked. Missing types are remembered as gone.
    """
    row = conn.execute(
        QUERIES["put_schemas"], {"portal_id": portal_id, "schemas": schemas, "read_at": read_at}
    )
    found = row.fetchone()
    return found["schemas_changed_at"] if found else None


def note_error(conn: Connection, portal_id: int, error: str) -> None:
    """Note why HubSpot would not show a portal's types; the known ones stay."""
    conn.execute(QUERIES["note_schemas_error"], {"portal_id": portal_id, "error": error})


def read(conn: Connection, portal_id: int) -> list[dict[str, Any]]:
    """Read the schemas of the present types, as HubSpot sent them."""
    return [
        row["raw_json"]
        for row in conn.execute(QUERIES["schemas"], {"portal_id": portal_id}).fetchall()
    ]


def await_backfill(conn: Connection, portal_id: int, grown: list[str]) -> bool:
    """Let runs wait for a worker; answer whether there are any.

    1. Of types that appeared after the portal's first backfill.
    2. Of types among `grown` (they may be linked to more types than before) that were fetched
       before.
    """
    parameters = {"portal_id": portal_id, "grown": grown}
    return bool(conn.execute(QUERIES["await_backfill"], parameters).fetchall())


def adopt(
    conn: Connection, portal_id: int, alias: str, object_type: str, associations: list[str]
) -> None:
    """Give marks and events the type's name that were made while `alias` was unknown."""
    names = {"portal_id": portal_id, "alias": alias, "object_type": object_type}
    conn.execute(QUERIES["adopt_changes"], names | {"associations": associations})
    conn.execute(QUERIES["adopt_events"], names)


def disown(conn: Connection, portal_id: int, object_type: str, seen: Claims | None) -> None:
    """Drop the marks that were `seen` before HubSpot was asked: it knew no such type. Their events
    say why."""
    if seen:
        changes.drop(conn, seen)
    conn.execute(QUERIES["disown_events"], {"portal_id": portal_id, "object_type": object_type})


def postpone(
    conn: Connection, portal_id: int, object_type: str, wait: timedelta, error: str
) -> None:
    where = {"portal_id": portal_id, "object_type": object_type}
    conn.execute(QUERIES["postpone_type"], where | {"wait": wait, "error": error})
