"""Mark, claim, clear and postpone pending changes. sql/queries/changes.sql says which promise each
statement keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from db import fetch_delays
from db.arrays import arrays
from db.connect import Connection
from db.queries import QUERIES, QueryRow
from hubspot.mirrored import Mirrored


@dataclass(frozen=True, slots=True)
class Mark:
    """Name a record to fetch again, and when the oldest event that says so happened (None: no
    event, we looked)."""

    portal_id: int
    object_type: str
    hubspot_id: str
    associations: frozenset[str] = frozenset()
    event_at: datetime | None = None
    whole: bool = True  # False: only its links, of these association types, may have changed
    other_ends: bool = False  # HubSpot is to be asked which records link to this one

    @property
    def record(self) -> tuple[int, str, str]:
        return self.portal_id, self.object_type, self.hubspot_id

    def __or__(self, other: Mark) -> Mark:
        """Join two marks of one record: the union of the reads, the older of the times."""
        times = [mark.event_at for mark in (self, other) if mark.event_at]
        return Mark(
            *self.record,
            associations=self.associations | other.associations,
            event_at=min(times, default=None),
            whole=self.whole or other.whole,
            other_ends=self.other_ends or other.other_ends,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold a marked record that is ours to fetch until the lease ends."""

    hubspot_id: str
    generation: int
    associations: frozenset[str]
    attempts: int
    other_ends: bool = False  # as in Mark

    def asks_for(self, to: str) -> bool:
        """Tell whether the record's links to this type may have changed."""
        return self.other_ends or to in self.associations


@dataclass(frozen=True, slots=True)
class Claims:
    """Hold one batch. `claimed_at` is the database's clock: everything fetched from now on is at
    least that new. `whole` says that the records are to be read, and not only their links."""

    portal_id: int
    object_type: str
    batch: tuple[Claim, ...]
    claimed_at: datetime
    whole: bool = True

    @property
    def ids(self) -> list[str]:
        return [claim.hubspot_id for claim in self.batch]


def mark(conn: Connection, marks: Iterable[Mark]) -> None:
    """Mark records. Several marks of one record count as one: a statement cannot grow a mark
    twice."""
    merged: dict[tuple[int, str, str], Mark] = {}
    for each in marks:
        merged[each.record] = merged[each.record] | each if each.record in merged else each
    if marks := list(merged.values()):
        columns = arrays(
            marks,
            portal_ids="portal_id",
            object_types="object_type",
            hubspot_ids="hubspot_id",
            wholes="whole",
            other_ends="other_ends",
            event_ats="event_at",
        )
        ends = ["{" + ",".join(sorted(mark.associations)) + "}" for mark in marks]
        conn.execute(QUERIES["mark_changes"], columns | {"associations": ends})


def mark_records(
    conn: Connection,
    of: Mirrored,
    hubspot_ids: Iterable[str],
    links: frozenset[str] | None = None,
) -> None:
    """Mark records of one type to be read whole, with their links to these types (None: to all
    that the type has)."""
    ends = of.links if links is None else links
    mark(conn, [Mark(of.portal_id, of.name, each, ends) for each in hubspot_ids])


def claim(conn: Connection, of: Mirrored, batch: int, whole: bool = True) -> Claims | None:
    """Claim up to `batch` records that no other fetch has in hand; answer None when there are
    none."""
    return _claim(conn, of.where, batch, whole)


def claim_unknown(conn: Connection, portal_id: int, name: str, batch: int) -> Claims | None:
    """Claim records of a type that the portal's catalogue lacks, as events name it."""
    return _claim(conn, {"portal_id": portal_id, "object_type": name}, batch, whole=True)


def _claim(conn: Connection, where: Mapping[str, object], batch: int, whole: bool) -> Claims | None:
    parameters = {
        **where,
        "batch": batch,
        "lease": fetch_delays.LEASE,
        "fresh": fetch_delays.LEASE_IS_FRESH,
        "whole": whole,
    }
    return _claims(conn.execute(QUERIES["claim_changes"], parameters).fetchall(), where, whole)


def claim_these(conn: Connection, of: Mirrored, hubspot_ids: Sequence[str]) -> Claims | None:
    """Claim those of these marked records that no other fetch has in hand; answer None when there
    are none."""
    parameters = of.where | {"hubspot_ids": list(hubspot_ids), "lease": fetch_delays.LEASE}
    return _claims(conn.execute(QUERIES["claim_these"], parameters).fetchall(), of.where)


def seen(conn: Connection, portal_id: int, name: str) -> Claims | None:
    """Answer the marks of an unknown type that no fetch has in hand, as they stand now, and leave
    them free; None when there are none."""
    where = {"portal_id": portal_id, "object_type": name}
    return _claims(conn.execute(QUERIES["seen_changes"], where).fetchall(), where)


def still_pending(conn: Connection, of: Mirrored, hubspot_ids: Sequence[str]) -> dict[str, str]:
    """Answer which of these records are marked: id → why the last attempt failed, "" if none
    did."""
    where = of.where | {"hubspot_ids": list(hubspot_ids)}
    return {
        row["hubspot_id"]: row["error"] or ""
        for row in conn.execute(QUERIES["still_pending"], where).fetchall()
    }


def _claims(
    rows: Sequence[dict[str, Any]], where: Mapping[str, Any], whole: bool = True
) -> Claims | None:
    if not rows:
        return None
    claimed_at = min(row["claimed_at"] for row in rows)
    return Claims(**where, batch=tuple(map(_claimed, rows)), claimed_at=claimed_at, whole=whole)


def _claimed(row: QueryRow) -> Claim:
    return Claim(
        row["hubspot_id"],
        row["generation"],
        frozenset(row["associations"]),
        row["attempts"],
        row["other_ends"],
    )


def clear(conn: Connection, claims: Claims, done: Collection[str]) -> None:
    """Clear the marks of fetched records unless they grew meanwhile; free the rest of the batch for
    the next claim."""
    finished = [claim for claim in claims.batch if claim.hubspot_id in done]
    conn.execute(QUERIES["clear_changes"], _marks(replace(claims, batch=tuple(finished))))
    conn.execute(QUERIES["release_changes"], _marks(claims) | {"rest": fetch_delays.REST})


def _marks(claims: Claims) -> dict[str, Any]:
    """Answer the parameters that identify these marks as they were claimed; a mark that grew since
    differs."""
    return {
        "portal_id": claims.portal_id,
        "object_type": claims.object_type,
        "hubspot_ids": claims.ids,
        "generations": [claim.generation for claim in claims.batch],
        "claimed_at": claims.claimed_at,
    }


def postpone(conn: Connection, claims: Claims, wait: timedelta, error: str) -> None:
    """Let marks wait that were tried in vain. A mark that grew meanwhile was not tried: it is free
    after a rest."""
    conn.execute(QUERIES["postpone_changes"], _marks(claims) | {"wait": wait, "error": error})
    conn.execute(QUERIES["free_grown_changes"], _marks(claims) | {"rest": fetch_delays.REST})


def give_back(conn: Connection, claims: Claims) -> None:
    """Let the next fetch have these at once, as if they had not been claimed."""
    parameters = {
        "portal_id": claims.portal_id,
        "object_type": claims.object_type,
        "hubspot_ids": claims.ids,
    }
    conn.execute(QUERIES["give_back_changes"], parameters)


def rest(conn: Connection, of: Mirrored) -> float | None:
    """Answer the seconds until the first resting record may be fetched, 0 when one may now; None
    when none rests."""
    parameters = of.where | {"rest": fetch_delays.REST}
    row = conn.execute(QUERIES["resting"], parameters).fetchone()
    return float(row["seconds"]) if row else None


def drop(conn: Connection, claims: Claims) -> set[str]:
    """Forget these marks and answer their ids.

    A mark that grew meanwhile stays and is free after a rest. A mark that another process settled
    meanwhile is not answered either.
    """
    dropped = conn.execute(QUERIES["drop_changes"], _marks(claims)).fetchall()
    conn.execute(QUERIES["free_grown_changes"], _marks(claims) | {"rest": fetch_delays.REST})
    return {row["hubspot_id"] for row in dropped}


def waiting(conn: Connection) -> list[tuple[int, str]]:
    """List every (portal, object type) that has pending work in no process's hand."""
    return [
        (row["portal_id"], row["object_type"])
        for row in conn.execute(QUERIES["waiting_types"]).fetchall()
    ]
