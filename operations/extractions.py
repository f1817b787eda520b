"""Run extractions: a program asks for records of HubSpot to be read, watches, and pages through
them.

Nothing is read here. An extraction is a row and one waiting scan for each type; the workers take
the scans up as they do any other, with the same checkpoints.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db import metadata, scans
from db.connect import Connection
from db.queries import QUERIES, QueryRow
from hubspot.mirrored import Mirrored
from operations import scan_moves
from operations.servers import Servers

KEPT = 50  # extractions of a portal; older ones are forgotten when a new one begins
UNFINISHED = ("pending", "running", "paused")
KINDS = {"full": "backfill", "incremental": "reconcile"}


class ExtractionError(Exception):
    """Say that nothing was changed; the message says why and what to do."""


class NotNow(ExtractionError):
    """Say that the state of this extraction, or of another one, does not allow it."""


class TooMany(ExtractionError):
    """Say that as many extractions are under way as may be."""


@dataclass(frozen=True, slots=True)
class Order:
    """Order an extraction. `properties` are the ones that results show; none: all of them."""

    portal_id: int
    object_types: tuple[str, ...]
    properties: tuple[str, ...] = ()
    mode: str = "full"
    page_size: int = 100
    checkpoint_interval: int = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say which extractions to list."""

    portals: tuple[int, ...]
    state: str | None = None
    object_type: str | None = None
    limit: int = 50
    offset: int = 0
    extraction_id: UUID | None = None


def start(servers: Servers, order: Order, asked_by: str) -> UUID:
    """Begin an extraction; workers take it up. Raises ExtractionError."""
    asked = _types(servers, order)
    with servers.database.transaction() as conn:
        _check_properties(conn, order, asked)
        _check_room(conn, servers.settings.max_concurrent_scans)
        sinces = [_since(conn, order, of) for of in asked]
        begun = _begin(conn, order, sinces, asked_by)
        _forget_oldest(conn, order.portal_id)
    scan_moves.take_up(servers, order.portal_id, KINDS[order.mode])
    return begun


def _types(servers: Servers, order: Order) -> list[Mirrored]:
    """Answer the types that an order names. Raises ExtractionError for one that is not here."""
    portal = servers.portal(order.portal_id)
    known = servers.types(portal) if portal else {}
    for each in order.object_types:
        if each not in known:
            raise ExtractionError(f"There is no type {each!r} here. There are {', '.join(known)}.")
    return [Mirrored(order.portal_id, known[each]) for each in order.object_types]


def _check_properties(conn: Connection, order: Order, asked: Sequence[Mirrored]) -> None:
    known = set[str]()
    for of in asked:
        known |= set(metadata.property_names(conn, of))
    if unknown := sorted(set(order.properties) - known):
        raise ExtractionError(f"None of these types has a property {unknown[0]!r}.")


def _check_room(conn: Connection, most: int) -> None:
    conn.execute(QUERIES["one_extraction_at_once"])
    found = conn.execute(QUERIES["count_running_extractions"]).fetchone()
    if found and found["running"] >= most:
        raise TooMany(
            f"{found['running']} extractions are under way, and MAX_CONCURRENT_SCANS allows "
            f"{most}. Try again when one of them has ended."
        )


def _since(conn: Connection, order: Order, of: Mirrored) -> datetime | None:
    """Answer from when on an incremental extraction looks for changes of a type."""
    if order.mode == "full":
        return None
    since = scans.last_reconciled(conn, of)
    if since is None:
        raise NotNow(
            f"{of.name} were never read in full. A full extraction comes first; later ones may "
            "be incremental."
        )
    return since


def _begin(conn: Connection, order: Order, sinces: list[datetime | None], asked_by: str) -> UUID:
    """Add the row and its scans, or nothing where a type is being read already."""
    kind = KINDS[order.mode]
    asked = asdict(order) | {"object_types": list(order.object_types), "asked_by": asked_by}
    asked |= {"properties": list(order.properties)}
    added = conn.execute(QUERIES["add_extraction"], asked).fetchone()
    assert added is not None
    wanted = asked | added | {"kind": kind, "sinces": sinces}
    rows = conn.execute(QUERIES["begin_extraction_scans"], wanted).fetchall()
    if busy := sorted(set(order.object_types) - {row["object_type"] for row in rows}):
        raise NotNow(f"A {kind} of {', '.join(busy)} is under way in portal {order.portal_id}.")
    found: UUID = added["extraction_id"]
    return found


def _forget_oldest(conn: Connection, portal_id: int) -> None:
    asked = {"portal_id": portal_id, "most": KEPT}
    for row in conn.execute(QUERIES["superfluous_extractions"], asked).fetchall():
        _forget(conn, portal_id, row["extraction_id"])


def listed(servers: Servers, wanted: Wanted) -> list[QueryRow]:
    """Answer extractions with their state, newest first."""
    asked = asdict(wanted) | {"portals": list(wanted.portals)}
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["extraction_list"], asked).fetchall()


def one(servers: Servers, portals: Collection[int], extraction_id: UUID) -> QueryRow | None:
    """Answer an extraction of one of these portals; None where there is none."""
    found = listed(servers, Wanted(tuple(portals), extraction_id=extraction_id))
    return found[0] if found else None


def move(servers: Servers, row: QueryRow, action: str) -> None:
    """Pause, resume or cancel an extraction; it acts where a page ends. Raises NotNow."""
    with servers.database.transaction() as conn:
        asked = {"portal_id": row["portal_id"], "extraction_id": row["extraction_id"]}
        runs = conn.execute(QUERIES["scans_of_extraction"], asked).fetchall()
        moved = scans.move(conn, action, [each["scan_id"] for each in runs])
    if not moved:
        _, may_be = scans.MOVES[action]
        raise NotNow(
            f"This extraction is {row['state']}. A full one can {action} while it is "
            f"{' or '.join(may_be)}; an incremental one lasts minutes and is left to end."
        )
    if action == "resume":
        scan_moves.take_up(servers, row["portal_id"], KINDS[row["mode"]])


def forget(servers: Servers, row: QueryRow) -> None:
    """Delete an extraction that has ended; what it read stays in the copy. Raises NotNow."""
    if row["state"] in UNFINISHED:
        raise NotNow(f"This extraction is {row['state']}. Cancel it first.")
    with servers.database.transaction() as conn:
        _forget(conn, row["portal_id"], row["extraction_id"])


def _forget(conn: Connection, portal_id: int, extraction_id: UUID) -> None:
    asked = {"portal_id": portal_id, "extraction_id": extraction_id}
    conn.execute(QUERIES["free_scans_of_extraction"], asked)
    conn.execute(QUERIES["forget_extraction"], asked)


def since(servers: Servers, row: QueryRow) -> dict[str, Any]:
    """Answer from when on each type was asked for; None: every record of it."""
    asked = {"portal_id": row["portal_id"], "extraction_id": row["extraction_id"]}
    with servers.database.transaction() as conn:
        found = conn.execute(QUERIES["extraction_since"], asked).fetchall()
    return {each["object_type"]: each["since"] for each in found}
