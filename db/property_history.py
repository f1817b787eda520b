"""Keep versions of properties, from events and HubSpot's history, and the records whose history is
to be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from db.arrays import arrays
from db.connect import Connection
from db.queries import QUERIES
from hubspot.mirrored import Mirrored
from hubspot.versions import Version

LEASE = timedelta(minutes=5)


class Claimed(NamedTuple):
    """Hold a mark as it was when it was claimed. Its generation begins at 1 again when it is
    cleared and made again."""

    generation: int
    marked_at: datetime


Claims = dict[str, Claimed]  # by the record's id


def append(conn: Connection, versions: Sequence[tuple[int, str, Version]]) -> None:
    """Store (portal, object type, version) of events: late, doubled and out of order do no harm."""
    if versions:
        whose = {
            "portal_ids": [each[0] for each in versions],
            "object_types": [each[1] for each in versions],
        }
        conn.execute(QUERIES["append_versions"], whose | _arrays([each[2] for each in versions]))


def replace(conn: Connection, of: Mirrored, versions: Iterable[Version]) -> None:
    """Replace versions by HubSpot's history. Of versions of one instant the last counts: a
    statement cannot write a row twice."""
    newest = {(each.hubspot_id, each.name, each.changed_at): each for each in versions}
    where = of.where
    conn.execute(QUERIES["replace_versions"], where | _arrays(list(newest.values())))


def mark_holes(
    conn: Connection,
    of: Mirrored,
    present: Collection[tuple[str, str, str | None]],
) -> None:
    """Mark histories that do not end with the value just fetched. `present` are (id, property,
    value)."""
    if present:
        ids, properties, values = (list(each) for each in zip(*present, strict=True))
        where = of.where
        conn.execute(
            QUERIES["mark_holes"],
            where | {"hubspot_ids": ids, "properties": properties, "values": values},
        )


def mark(
    conn: Connection,
    of: Mirrored,
    hubspot_ids: Collection[str],
    wait: timedelta = timedelta(0),
) -> None:
    """Mark histories to be read once `wait` is over, or sooner if an earlier mark says so."""
    _run(
        conn,
        "mark_histories",
        of,
        hubspot_ids=sorted(set(hubspot_ids)),
        wait=wait,
    )


def claim(conn: Connection, of: Mirrored, batch: int) -> Claims:
    where = of.where | {"batch": batch, "lease": LEASE}
    found = conn.execute(QUERIES["claim_histories"], where).fetchall()
    return {row["hubspot_id"]: Claimed(row["generation"], row["marked_at"]) for row in found}


def clear(conn: Connection, of: Mirrored, claims: Claims) -> None:
    """Forget the marks of histories that were read; a mark that grew meanwhile is free."""
    _run(conn, "clear_histories", of, **_marks(claims))


def postpone(conn: Connection, of: Mirrored, claims: Claims, wait: timedelta, error: str) -> None:
    """Let histories wait that could not be read; a mark that grew meanwhile is free."""
    _run(conn, "postpone_histories", of, **_marks(claims), wait=wait, error=error)


def _marks(claims: Claims) -> dict[str, list[Any]]:
    return {
        "hubspot_ids": list(claims),
        "generations": [mark.generation for mark in claims.values()],
        "marked_ats": [mark.marked_at for mark in claims.values()],
    }


def give_back(conn: Connection, of: Mirrored, claims: Collection[str]) -> None:
    """Let another reader have these at once: they were not read."""
    _run(conn, "give_back_histories", of, hubspot_ids=list(claims))


def forget(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> bool:
    """Delete a history; answer whether there was any."""
    where = of.where | {"hubspot_ids": sorted(hubspot_ids)}
    return bool(conn.execute(QUERIES["forget_histories"], where).fetchall())


def waiting(conn: Connection) -> list[dict[str, Any]]:
    """List portal_id, object_type, how many records wait, and why the last try failed."""
    return conn.execute(QUERIES["waiting_histories"]).fetchall()


def _run(conn: Connection, name: str, of: Mirrored, **parameters: Any) -> None:
    conn.execute(QUERIES[name], of.where | parameters)


def _arrays(versions: Sequence[Version]) -> dict[str, list[Any]]:
    return arrays(
        versions,
        hubspot_ids="hubspot_id",
        properties="name",
        changed_ats="changed_at",
        values="value",
        sources="source",
        source_ids="source_id",
    )
