"""Pending changes: mark, claim, clear, postpone. See sql/queries/changes.sql for what each statement promises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.connect import Connection
from db.queries import QUERIES

LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Mark:
    """A record to fetch again, and when the oldest event that says so happened (None: no event, we looked)."""

    portal_id: int
    object_type: str
    hubspot_id: str
    associations: frozenset[str] = frozenset()
    event_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A marked record that is ours to fetch until the lease ends."""

    hubspot_id: str
    generation: int
    associations: frozenset[str]
    attempts: int


@dataclass(frozen=True, slots=True)
class Claims:
    """One batch. `claimed_at` is the database's clock: everything fetched from now on is at least that new."""

    portal_id: int
    object_type: str
    batch: tuple[Claim, ...]
    claimed_at: datetime

    @property
    def ids(self) -> list[str]:
        return [claim.hubspot_id for claim in self.batch]


def mark(conn: Connection, marks: Sequence[Mark]) -> None:
    """Each record must come once: a statement cannot grow a mark twice."""
    if marks:
        conn.execute(
            QUERIES["mark_changes"],
            {
                "portal_ids": [mark.portal_id for mark in marks],
                "object_types": [mark.object_type for mark in marks],
                "hubspot_ids": [mark.hubspot_id for mark in marks],
                "associations": ["{" + ",".join(sorted(mark.associations)) + "}" for mark in marks],
                "event_ats": [mark.event_at for mark in marks],
            },
        )


def claim(conn: Connection, portal_id: int, object_type: str, batch: int) -> Claims | None:
    """Up to `batch` records that nobody else is fetching; None when there are none for us."""
    parameters = {"portal_id": portal_id, "object_type": object_type, "batch": batch, "lease": LEASE}
    rows = conn.execute(QUERIES["claim_changes"], parameters).fetchall()
    if not rows:
        return None
    found = (
        Claim(row["hubspot_id"], row["generation"], frozenset(row["associations"]), row["attempts"]) for row in rows
    )
    return Claims(portal_id, object_type, tuple(found), min(row["claimed_at"] for row in rows))


def clear(conn: Connection, claims: Claims, done: Collection[str]) -> None:
    """Clear the marks of what was fetched unless they grew meanwhile; free the rest of the batch for the next claim."""
    finished = [claim for claim in claims.batch if claim.hubspot_id in done]
    where = {"portal_id": claims.portal_id, "object_type": claims.object_type}
    conn.execute(
        QUERIES["clear_changes"],
        where
        | {
            "hubspot_ids": [claim.hubspot_id for claim in finished],
            "generations": [claim.generation for claim in finished],
        },
    )
    conn.execute(QUERIES["release_changes"], where | {"hubspot_ids": claims.ids, "fetched_at": claims.claimed_at})


def postpone(conn: Connection, claims: Claims, wait: timedelta, error: str) -> None:
    parameters = {"portal_id": claims.portal_id, "object_type": claims.object_type, "hubspot_ids": claims.ids}
    conn.execute(QUERIES["postpone_changes"], parameters | {"wait": wait, "error": error})


def drop(conn: Connection, portal_id: int, object_type: str, hubspot_ids: Iterable[str]) -> None:
    """Forget these marks: what they stood for is a dead letter now."""
    parameters = {"portal_id": portal_id, "object_type": object_type, "hubspot_ids": list(hubspot_ids)}
    conn.execute(QUERIES["drop_changes"], parameters)


def waiting(conn: Connection) -> list[tuple[int, str]]:
    """Every (portal, object type) that has work nobody is doing."""
    return [(row["portal_id"], row["object_type"]) for row in conn.execute(QUERIES["waiting_types"]).fetchall()]
