"""Keep the entries of polled families, and where their walks stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from db.connect import Connection
from db.queries import QUERIES
from hubspot import json_text
from hubspot.paging import FIRST
from hubspot.polled import FAMILIES, PolledFamily, PolledList
from hubspot.polled_answers import PolledEntry

# The clock rings each hour, and a look that ended a minute later than it began is an hour old, too.
SLACK = timedelta(minutes=10)


class Walked(Protocol):
    """Name the row of a walk: of a list, or of a stream."""

    @property
    def where(self) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class Parent:
    """Name an entry whose own list is to be asked for; `type_id` is HubSpot's, of its members."""

    key: str
    stamp: str
    type_id: str | None


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Name a list that stands here, and when our last walk of it began; None: never."""

    key: str
    type_id: str | None
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class PolledWalk:
    """Say where a walk stands. `since_at` is the newest entry of earlier walks."""

    cursor: str
    started_at: datetime
    is_whole: bool
    above: int
    since_at: datetime | None

    @property
    def since(self) -> datetime | None:
        """Answer from when on changes are wanted; None: everything is."""
        return None if self.is_whole else self.since_at


@dataclass(frozen=True, slots=True)
class Step:
    """Say how far a page brought a walk: to which cursor, id and time, and by how many entries."""

    after: str
    above: int
    newest_at: datetime | None
    entries: int


def due(conn: Connection, portal_id: int) -> list[PolledFamily]:
    """Answer the families to look at now. Those with parents are looked at parent by parent."""
    asked = {
        "portal_id": portal_id,
        "names": list(FAMILIES),
        "everies": [family.every - SLACK for family in FAMILIES.values()],
    }
    names = {row["name"] for row in conn.execute(QUERIES["due_families"], asked)}
    return [family for name, family in FAMILIES.items() if name in names]


def due_parents(
    conn: Connection, portal_id: int, family: PolledFamily, at_most: int
) -> list[Parent]:
    """Answer the entries whose list of this family is to be asked for, longest ago first."""
    asked = {
        "portal_id": portal_id,
        "family": family.name,
        "parent": family.parent,
        "watched": bool(family.watch),
        "every": family.every - SLACK,
        "whole_every": family.whole_every,
        "at_most": at_most,
    }
    return [Parent(**row) for row in conn.execute(QUERIES["due_parents"], asked)]


def begin(conn: Connection, place: PolledList, stamp: str) -> PolledWalk:
    """Begin a walk, or go on with the one that was interrupted."""
    asked = {
        "first": FIRST,
        "stamp": stamp,
        "is_incremental": place.family.is_incremental,
        "whole_every": place.family.whole_every - SLACK,
    }
    row = conn.execute(QUERIES["begin_walk"], place.where | asked).fetchone()
    assert row is not None
    return PolledWalk(**row)


def advance(conn: Connection, place: PolledList, walk: PolledWalk, step: Step) -> bool:
    """Move the checkpoint, in the transaction of the entries that it stands for. False where
    another worker was there first."""
    asked = {
        "cursor": walk.cursor,
        "started_at": walk.started_at,
        "after": step.after,
        "above": step.above,
        "newest_at": step.newest_at,
        "entries": step.entries,
    }
    return conn.execute(QUERIES["advance_walk"], place.where | asked).rowcount > 0


def finish(conn: Connection, place: PolledList, walk: PolledWalk) -> None:
    """End a walk; after a whole one, entries that HubSpot did not list are marked as gone, but for
    those of a log, which are counted: its pages overlap."""
    where = place.where | {"started_at": walk.started_at}
    conn.execute(QUERIES["finish_walk"], where)
    conn.execute(QUERIES["note_access"], where)
    if not walk.is_whole or place.family.are_members:
        return
    conn.execute(QUERIES["count_entries" if place.family.is_log else "mark_gone_entries"], where)


def postpone(
    conn: Connection,
    place: Walked,
    wait: timedelta,
    error: str,
    no_access: bool = False,
    from_start: bool = False,
) -> None:
    """Note why a list or a stream cannot be read, and ask again later: where the walk stands, or
    from the start."""
    asked = {
        "wait": wait,
        "error": json_text.storable(error)[0],
        "no_access": no_access,
        "from_start": from_start,
    }
    conn.execute(QUERIES["postpone_walk"], place.where | asked)


def put(conn: Connection, place: PolledList, entries: Sequence[PolledEntry]) -> int:
    """Store entries; answer how many are new."""
    asked = _columns(entries) | {
        "raws": [json_text.dumps(json_text.storable(each.raw)[0]) for each in entries],
        "stamps": [json_text.storable(each.stamp)[0] for each in entries],
    }
    rows = conn.execute(QUERIES["put_entries"], place.where | asked).fetchall()
    return sum(row["is_new"] for row in rows)


def put_members(
    conn: Connection,
    place: PolledList,
    object_type: str,
    entries: Sequence[PolledEntry],
    between: tuple[int, int | None],
) -> None:
    """Store the members of a list on one page, whose ids lie above the first number and at most at
    the second (None: without end). Other records between them have left."""
    behind, up_to = between
    asked = {"object_type": object_type, "behind": behind, "up_to": up_to}
    conn.execute(QUERIES["put_members"], place.where | _columns(entries) | asked)


def lists_of(conn: Connection, portal_id: int, family: PolledFamily) -> list[LookedAt]:
    """Answer the lists of a family: its own, or one for each of its parents that is still there."""
    asked = {"portal_id": portal_id, "family": family.name, "parent": family.parent}
    return [LookedAt(**row) for row in conn.execute(QUERIES["lists_of_family"], asked)]


def stored(conn: Connection, place: PolledList, keys: Sequence[str]) -> dict[str, Any]:
    """Map these entries' keys to what is kept of each: it all, or when a member joined."""
    query = "stored_members" if place.family.are_members else "stored_entries"
    rows = conn.execute(QUERIES[query], place.where | {"keys": list(keys)})
    return {row["key"]: row["kept"] for row in rows}


def unseen(conn: Connection, place: PolledList, seen: Collection[str]) -> list[str]:
    """Answer the entries that stand here and are not among the keys that were seen."""
    query = "unseen_members" if place.family.are_members else "unseen_entries"
    rows = conn.execute(QUERIES[query], place.where | {"keys": list(seen)})
    return [row["key"] for row in rows]


def look_again(conn: Connection, place: PolledList) -> None:
    """Have the next run of polling read a list as a whole."""
    conn.execute(QUERIES["look_again"], place.where)


def _columns(entries: Collection[PolledEntry]) -> dict[str, object]:
    return {
        "keys": [each.key for each in entries],
        "times": [each.updated_at for each in entries],
    }
