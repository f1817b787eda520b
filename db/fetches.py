"""Note what the live path read, with its results, so that a record's history can be told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from db.connect import Connection
from db.queries import QUERIES
from hubspot.mirrored import Mirrored


def note(
    conn: Connection,
    of: Mirrored,
    fetched_at: datetime,
    hubspot_ids: Collection[str],
    linked: Collection[str] = (),
    outdated: Collection[str] = (),
    missing: Collection[str] = (),
) -> None:
    """Note one batch: the ids that were asked for, and three groups of them.

    1. `linked`: their links alone were read.
    2. `outdated`: our row was newer.
    3. `missing`: HubSpot no longer knew them.

    A batch without ids is not noted.
    """
    if hubspot_ids:
        conn.execute(
            QUERIES["note_fetch"],
            of.where
            | {
                "fetched_at": fetched_at,
                "hubspot_ids": list(hubspot_ids),
                "linked": list(linked),
                "outdated": list(outdated),
                "missing": list(missing),
            },
        )
