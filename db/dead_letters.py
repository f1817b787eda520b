"""Keep final failures, each with its reason, and count values that did not fit their column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from db.connect import Connection
from db.queries import QUERIES


def bury(
    conn: Connection,
    portal_id: int,
    kind: str,
    reason: str,
    object_type: str | None = None,
    hubspot_id: str | None = None,
    payload: str | None = None,
) -> None:
    """Write a dead letter. `kind` is "delivery" (payload: its body as JSON text) or "record"
    (object_type and hubspot_id name it)."""
    conn.execute(
        QUERIES["bury"],
        {
            "portal_id": portal_id,
            "kind": kind,
            "object_type": object_type,
            "hubspot_id": hubspot_id,
            "reason": reason,
            "payload": payload,
        },
    )


def land(
    conn: Connection,
    portal_id: int,
    object_type: str,
    hubspot_ids: Collection[str],
    read_at: datetime,
) -> set[str]:
    """Settle letters about these records, which were just read, from `read_at` on. Answers the ids
    of records that had any."""
    parameters = {
        "portal_id": portal_id,
        "object_type": object_type,
        "hubspot_ids": sorted(hubspot_ids),
    }
    found = conn.execute(QUERIES["land_letters"], parameters | {"read_at": read_at}).fetchall()
    return {row["hubspot_id"] for row in found}


def note_value_issues(
    conn: Connection, portal_id: int, object_type: str, issues: Sequence[tuple[str, str, str]]
) -> None:
    """Count values that did not fit: (hubspot_id, property, reason) each."""
    if issues:
        conn.execute(
            QUERIES["note_value_issues"],
            {
                "portal_id": portal_id,
                "object_type": object_type,
                "hubspot_ids": [issue[0] for issue in issues],
                "properties": [issue[1] for issue in issues],
                "reasons": [issue[2] for issue in issues],
            },
        )
