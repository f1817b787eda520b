"""Runs of backfill and reconcile. Their checkpoint commits together with the rows it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from db.connect import Connection
from db.queries import QUERIES

SILENCE = timedelta(seconds=90)  # a running scan without heartbeat for longer has lost its worker


@dataclass(frozen=True, slots=True)
class Scan:
    """One run. `records` is how many it had read when it was taken up: not 0 for one that is resumed."""

    portal_id: int
    object_type: str
    scan_id: UUID
    records: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ids above `start` up to `until` (None: to the end); everything up to `after` is here."""

    start: int
    after: int
    until: int | None
    done: bool = False


def begin(
    conn: Connection,
    portal_id: int,
    kind: str,
    object_type: str,
    slot: datetime | None = None,
) -> Scan | None:
    """A run that is ours: the latest one resumed where it failed or crashed, else a new one. None
    when another is under way, or when the hour `slot` was run before."""
    where = {"portal_id": portal_id, "kind": kind, "object_type": object_type, "slot": slot}
    conn.execute(QUERIES["crash_silent_scans"], where | {"silence": SILENCE})
    try:
        with conn.transaction():
            row = conn.execute(QUERIES["resume_scan"], where).fetchone()
    except psycopg.errors.UniqueViolation:  # a run of another slot is under way
        return None
    row = row or conn.execute(QUERIES["begin_scan"], where).fetchone()
    return Scan(portal_id, object_type, row["scan_id"], row["records"]) if row else None


def completed(conn: Connection, portal_id: int, kind: str, slot: datetime) -> set[str]:
    """The types whose run of that hour is complete."""
    parameters = {"portal_id": portal_id, "kind": kind, "slot": slot}
    return {row["object_type"] for row in conn.execute(QUERIES["completed_scans"], parameters).fetchall()}


def advance(conn: Connection, scan: Scan, checkpoint: str | None, records: int, requests: int) -> str:
    """Note progress in the transaction of the rows; answers the run's state, which somebody may have changed."""
    row = conn.execute(
        QUERIES["advance_scan"],
        {
            "portal_id": scan.portal_id,
            "scan_id": scan.scan_id,
            "checkpoint": checkpoint,
            "records": records,
            "requests": requests,
        },
    ).fetchone()
    return row["state"] if row else "cancelled"


def beat(conn: Connection, alive: Sequence[Scan]) -> None:
    """Say that these runs have their worker still."""
    conn.execute(QUERIES["beat_scans"], {"scan_ids": [scan.scan_id for scan in alive]})


def finish(conn: Connection, scan: Scan, error: str | None = None) -> None:
    conn.execute(
        QUERIES["finish_scan"],
        {
            "portal_id": scan.portal_id,
            "scan_id": scan.scan_id,
            "state": "failed" if error else "completed",
            "error": error,
        },
    )


def unfinished(conn: Connection, scan: Scan) -> list[Stretch]:
    """What a resumed backfill has still to walk; nothing of a new one."""
    rows = conn.execute(QUERIES["unfinished_stretches"], {"portal_id": scan.portal_id, "scan_id": scan.scan_id})
    return [Stretch(**row) for row in rows.fetchall()]


def put(conn: Connection, scan: Scan, stretch: Stretch) -> None:
    conn.execute(
        QUERIES["put_stretch"],
        {
            "portal_id": scan.portal_id,
            "scan_id": scan.scan_id,
            "start": stretch.start,
            "after": stretch.after,
            "until": stretch.until,
            "done": stretch.done,
        },
    )


def expect(conn: Connection, scan: Scan, total: int) -> None:
    parameters = {"portal_id": scan.portal_id, "scan_id": scan.scan_id, "total": total}
    conn.execute(QUERIES["expect_records"], parameters)


def last_reconciled(conn: Connection, portal_id: int, object_type: str) -> datetime | None:
    """Until when everything that changed in HubSpot is known to be here; None before the first complete backfill."""
    parameters = {"portal_id": portal_id, "object_type": object_type}
    row = conn.execute(QUERIES["last_reconciled"], parameters).fetchone()
    return row["reached"] if row else None


def abandoned(conn: Connection) -> list[tuple[int, str]]:
    """(portal, kind) of running scans whose worker is gone."""
    rows = conn.execute(QUERIES["abandoned_scans"], {"silence": SILENCE}).fetchall()
    return [(row["portal_id"], row["kind"]) for row in rows]


def progress(conn: Connection, scan_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return conn.execute(QUERIES["scan_progress"], {"scan_ids": list(scan_ids)}).fetchall()
