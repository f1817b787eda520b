"""Keep final failures, each with its reason, and count values that did not fit their column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import values
from hubspot.mirrored import Mirrored


@dataclass(frozen=True, slots=True)
class Letter:
    """Hold what a dead letter is about: a record, which type and id name, or a delivery, whose
    `payload` is its body as JSON text. A delivery's portal is unknown: 0."""

    kind: Literal["record", "delivery"]
    reason: str
    portal_id: int = 0
    object_type: str | None = None
    hubspot_id: str | None = None
    payload: str | None = None


def bury(conn: Connection, letter: Letter) -> None:
    """Write a dead letter."""
    conn.execute(QUERIES["bury"], asdict(letter))


def land(
    conn: Connection,
    of: Mirrored,
    hubspot_ids: Collection[str],
    read_at: datetime,
) -> set[str]:
    """Settle letters about these records, which were just read, from `read_at` on. Answers the ids
    of records that had any."""
    parameters = of.where | {
        "hubspot_ids": sorted(hubspot_ids),
    }
    return set(values(conn, QUERIES["land_letters"], parameters | {"read_at": read_at}))


def note_value_issues(
    conn: Connection, of: Mirrored, issues: Sequence[tuple[str, str, str]]
) -> None:
    """Count values that did not fit: (hubspot_id, property, reason) each."""
    if issues:
        conn.execute(
            QUERIES["note_value_issues"],
            of.where
            | {
                "hubspot_ids": [issue[0] for issue in issues],
                "properties": [issue[1] for issue in issues],
                "reasons": [issue[2] for issue in issues],
            },
        )
