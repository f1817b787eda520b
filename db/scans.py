"""Keep the runs of backfill, reconcile and nightly comparison. Their checkpoint commits together
with the rows it stands for.

pending → running → completed        running ⇄ paused        cancelled: never taken up again
running → pending again: its worker ended or made way for others, the daily limit's last tenth is
not for it, or its portal is paused; it goes on from its checkpoint, however late
running → failed, or crashed (no sign of life for ten minutes): both go on from their checkpoint
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import tuples, values
from hubspot.mirrored import Mirrored

# a running scan without heartbeat for longer may be taken up by another worker
SILENCE = timedelta(seconds=90)
LONGEST = timedelta(hours=24)  # of an extraction
MOVABLE = ("backfill", "nightly")  # a reconcile lasts minutes, and the next hour makes up for it
MOVES = {  # what people may do with a run: the state it gets, and those it must be in
    "pause": ("paused", ["pending", "running"]),
    "resume": ("running", ["paused", "crashed", "failed"]),
    "cancel": ("cancelled", ["pending", "running", "paused", "crashed", "failed"]),
}


class TakenOver(Exception):
    """Say that another worker goes on with this run: it took it for abandoned. Rows read here for
    it are not kept."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Hold one run.

    `records` is how many it had read when it was taken up: not 0 for a resumed one. `attempt` is
    how often it was taken up: reports of an earlier attempt no longer count. `checkpoint` is where
    it stood then, as its kind writes it.
    """

    portal_id: int
    object_type: str
    scan_id: UUID
    records: int = 0
    attempt: int = 1
    checkpoint: str | None = None
    page_size: int = 100  # records on a page of HubSpot's list
    checkpoint_pages: int = 10  # pages between two checkpoints

    @property
    def ours(self) -> dict[str, Any]:
        return {"portal_id": self.portal_id, "scan_id": self.scan_id, "attempt": self.attempt}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a page's records had no row here, and how many had an older one."""

    created: int = 0
    updated: int = 0


UNCHANGED = Tally()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hold ids above `start` up to `until` (None: to the end); everything up to `after` is here."""

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
    """Begin a run that is ours: the latest one resumed where it failed or crashed, else a new one.
    Answers None when another is under way, or when the hour `slot` was run before."""
    where = {"portal_id": portal_id, "kind": kind, "object_type": object_type, "slot": slot}
    conn.execute(QUERIES["crash_silent_scans"], where | {"silence": SILENCE})
    try:
        with conn.transaction():
            row = conn.execute(QUERIES["resume_scan"], where).fetchone()
    except psycopg.errors.UniqueViolation:  # a run of another slot is under way
        return None
    row = row or conn.execute(QUERIES["begin_scan"], where).fetchone()
    if row:
        return Scan(portal_id, object_type, **row)
    return None


def completed(conn: Connection, portal_id: int, kind: str, slot: datetime) -> set[str]:
    """Answer the types whose run of that hour is complete."""
    parameters = {"portal_id": portal_id, "kind": kind, "slot": slot}
    return set(values(conn, QUERIES["completed_scans"], parameters))


def advance(
    conn: Connection,
    scan: Scan,
    checkpoint: str | None,
    records: int,
    requests: int,
    tally: Tally = UNCHANGED,
) -> str:
    """Note progress in the transaction of the rows; answer the run's state, which an operator may
    have changed. Raises TakenOver, so that rows of a page that the other worker counts are not
    counted twice."""
    progress = {"checkpoint": checkpoint, "records": records, "requests": requests}
    found = scan.ours | progress | asdict(tally)
    row = conn.execute(QUERIES["advance_scan"], found).fetchone()
    if row is None:
        raise TakenOver(
            f"another worker goes on with this run of {scan.object_type}, or its portal was removed"
        )
    return str(row["state"])


def beat(conn: Connection, alive: Sequence[Scan]) -> None:
    """Say that these runs still have their worker."""
    which = {
        "scan_ids": [scan.scan_id for scan in alive],
        "attempts": [scan.attempt for scan in alive],
    }
    conn.execute(QUERIES["beat_scans"], which)


def leave(conn: Connection, scan: Scan) -> None:
    """Let another worker go on with a run that is not at its end, from its checkpoint."""
    conn.execute(QUERIES["leave_scan"], scan.ours)


def put_off(conn: Connection, scan: Scan, reason: str) -> None:
    """Let a run wait, however long, until a worker can go on with it."""
    conn.execute(QUERIES["put_off_scan"], scan.ours | {"reason": reason})


def finish(conn: Connection, scan: Scan, error: str | None = None) -> None:
    conn.execute(
        QUERIES["finish_scan"],
        scan.ours | {"state": "failed" if error else "completed", "error": error},
    )


def note_failed_refresh(conn: Connection, portal_id: int, error: str) -> None:
    """Note why the descriptions of a portal's records could not be read or stored."""
    conn.execute(QUERIES["note_failed_refresh"], {"portal_id": portal_id, "error": error})


def note_refresh(conn: Connection, portal_id: int) -> None:
    """Note that the descriptions of a portal's records are here."""
    conn.execute(QUERIES["note_refresh"], {"portal_id": portal_id})


def unfinished(conn: Connection, scan: Scan) -> list[Stretch]:
    """Answer the stretches that a backfill has still to walk: all ids of a new one; none of one
    that stopped right before its end."""
    rows = conn.execute(
        QUERIES["stretches"], {"portal_id": scan.portal_id, "scan_id": scan.scan_id}
    ).fetchall()
    stretches = [Stretch(**row) for row in rows] or [Stretch(0, 0, None)]
    return [stretch for stretch in stretches if not stretch.done]


def put(conn: Connection, scan: Scan, stretch: Stretch) -> None:
    conn.execute(QUERIES["put_stretch"], scan.ours | asdict(stretch))


def expect(conn: Connection, scan: Scan, total: int) -> None:
    parameters = {"portal_id": scan.portal_id, "scan_id": scan.scan_id, "total": total}
    conn.execute(QUERIES["expect_records"], parameters)


def end_long(conn: Connection) -> int:
    """End extractions that last longer than a day; answers how many runs those were."""
    return conn.execute(QUERIES["end_long_extractions"], {"at_most": LONGEST}).rowcount


def waiting_incremental(conn: Connection, portal_id: int) -> list[tuple[str, datetime]]:
    """Answer type and slot of the runs of incremental extractions that wait for a worker."""
    where = {"portal_id": portal_id, "silence": SILENCE}
    return tuples(conn, QUERIES["waiting_incremental"], where)


def last_reconciled(conn: Connection, of: Mirrored) -> datetime | None:
    """Answer until when every change in HubSpot is known to be here; None before the first complete
    backfill."""
    parameters = of.where
    row = conn.execute(QUERIES["last_reconciled"], parameters).fetchone()
    return row["reached"] if row else None


def abandoned(conn: Connection) -> list[tuple[int, str, str]]:
    """List (portal, kind, type) of the runs that wait for a worker."""
    return tuples(conn, QUERIES["abandoned_scans"], {"silence": SILENCE})


def move(conn: Connection, action: str, scan_ids: Sequence[UUID]) -> set[UUID]:
    """Pause, resume or cancel those of these runs that may be; answer which they were. The worker
    of a run learns of it with the next page that it commits. A resumed run waits for the next
    worker that looks."""
    state, from_states = MOVES[action]
    which = {"scan_ids": list(scan_ids), "kinds": list(MOVABLE)}
    parameters = which | {"state": state, "from_states": from_states, "silence": SILENCE}
    return set(values(conn, QUERIES["move_scans"], parameters))


def listed(
    conn: Connection,
    portal_id: int | None = None,
    object_types: Sequence[str] = (),
    everything: bool = False,
) -> list[dict[str, Any]]:
    """List rows of scan_progress: the latest run of each kind and type, or every run, newest first
    (200 at most)."""
    parameters = {
        "portal_id": portal_id,
        "object_types": list(object_types),
        "everything": everything,
    }
    return conn.execute(QUERIES["latest_scans"], parameters).fetchall()


def named(conn: Connection, beginning: str) -> list[dict[str, Any]]:
    """List rows of scan_progress whose id begins so: none, one, or two where the beginning is
    ambiguous."""
    return conn.execute(QUERIES["scans_named"], {"beginning": beginning.lower()}).fetchall()


def progress(conn: Connection, scan_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return conn.execute(QUERIES["scan_progress"], {"scan_ids": list(scan_ids)}).fetchall()
