"""What the live path read and what came of it, so that a record's history can be told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from db.connect import Connection
from db.queries import QUERIES


def note(
    conn: Connection,
    portal_id: int,
    object_type: str,
    fetched_at: datetime,
    hubspot_ids: Collection[str],
    linked: Collection[str] = (),
    outdated: Collection[str] = (),
    missing: Collection[str] = (),
) -> None:
    """One batch: the ids that were asked for; of these, whose links alone were read, whose row was
    newer, and which HubSpot knew no longer. Nothing is noted of a batch without ids."""
    if hubspot_ids:
        conn.execute(
            QUERIES["note_fetch"],
            {
                "portal_id": portal_id,
                "object_type": object_type,
                "fetched_at": fetched_at,
                "hubspot_ids": list(hubspot_ids),
                "linked": list(linked),
                "outdated": list(outdated),
                "missing": list(missing),
            },
        )
