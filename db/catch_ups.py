"""Keep the properties that are new to us: names that events told first, and records that were read
without them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import values
from hubspot.mirrored import Mirrored


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Hold the records of a type that were read without some of these properties.

    They lie above the id `after`, and HubSpot modified them from `since` on (None: at any time).
    """

    portal_id: int
    object_type: str
    names: list[str]
    since: datetime | None
    after: str
    generation: int

    @property
    def place(self) -> dict[str, Any]:
        where = {"portal_id": self.portal_id, "object_type": self.object_type}
        return where | {"generation": self.generation, "after": self.after}


def share(conn: Connection, of: Mirrored) -> None:
    """Keep other transactions from learning a property of the type until this one ends. Call it
    before records are saved."""
    conn.execute(QUERIES["share_definitions"], of.where)


def hold(conn: Connection, of: Mirrored) -> None:
    """Keep other transactions from saving records of the type until this one ends. Call it before
    properties are learnt."""
    conn.execute(QUERIES["hold_definitions"], of.where)


def remember(conn: Connection, of: Mirrored, names: Sequence[str], since: datetime | None) -> None:
    """Have records read again where they lack one of these properties, if HubSpot modified them
    from `since` on (None: at any time)."""
    where = of.where
    conn.execute(QUERIES["remember_catch_up"], where | {"names": sorted(names), "since": since})


def due(conn: Connection, portal_id: int) -> CatchUp | None:
    """Answer the next of a portal that need not wait."""
    row = conn.execute(QUERIES["next_catch_up"], {"portal_id": portal_id}).fetchone()
    return CatchUp(portal_id, **row) if row else None


def advance(conn: Connection, catch_up: CatchUp, reached: str, records: int) -> None:
    """Move the checkpoint, in the transaction of the rows that it stands for."""
    conn.execute(
        QUERIES["advance_catch_up"], catch_up.place | {"reached": reached, "records": records}
    )


def finish(conn: Connection, catch_up: CatchUp) -> None:
    conn.execute(QUERIES["finish_catch_up"], catch_up.place)


def postpone(conn: Connection, catch_up: CatchUp, wait: timedelta, error: str) -> None:
    conn.execute(QUERIES["postpone_catch_up"], catch_up.place | {"wait": wait, "error": error})


def is_open(conn: Connection, of: Mirrored) -> bool:
    row = conn.execute(QUERIES["is_catching_up"], of.where).fetchone()
    return bool(row and row["open"])


def waiting(conn: Connection) -> list[int]:
    """List the portals that have properties to ask for or records to read again."""
    return values(conn, QUERIES["portals_to_catch_up"])


def note_unheard(conn: Connection, named: Iterable[tuple[int, str, str]]) -> None:
    """Note (portal, object type, property) as events name them; unknown properties are to be asked
    for, once."""
    if found := sorted(set(named)):
        portal_ids, object_types, names = zip(*found, strict=True)
        arrays = {
            "portal_ids": list(portal_ids),
            "object_types": list(object_types),
            "names": list(names),
        }
        conn.execute(QUERIES["note_unheard"], arrays)


def unheard(conn: Connection, portal_id: int) -> list[str]:
    """List the types of a portal of which an event named a property that is still to be asked
    for."""
    return values(conn, QUERIES["unheard_types"], {"portal_id": portal_id})


def settle_unheard(conn: Connection, of: Mirrored, asked_at: datetime) -> None:
    """Settle the names of a type after HubSpot was asked: a name that it did not list is not asked
    for again."""
    where = of.where
    conn.execute(QUERIES["forget_heard"], where)
    conn.execute(QUERIES["note_asked"], where | {"asked_at": asked_at})
