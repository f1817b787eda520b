"""Note what the live path read, with its results, so that a record's history can be told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from db.connect import Connection
from db.queries import QUERIES
from hubspot.mirrored import Mirrored


@dataclass(frozen=True, slots=True)
class ReadIds:
    """Hold the ids that one batch asked for, and three groups of them.

    1. `linked`: their links alone were read.
    2. `outdated`: our row was newer.
    3. `missing`: HubSpot no longer knew them.
    """

    asked_for: Collection[str]
    linked: Collection[str] = ()
    outdated: Collection[str] = ()
    missing: Collection[str] = ()


def note(conn: Connection, of: Mirrored, fetched_at: datetime, ids: ReadIds) -> None:
    """Note one batch. A batch without ids is not noted."""
    if ids.asked_for:
        conn.execute(
            QUERIES["note_fetch"],
            of.where
            | {
                "fetched_at": fetched_at,
                "hubspot_ids": list(ids.asked_for),
                "linked": list(ids.linked),
                "outdated": list(ids.outdated),
                "missing": list(ids.missing),
            },
        )
