"""Keep account of nightly comparisons: how far they got, their cost, their findings."""

from __future__ import annotations

from datetime import datetime

from db.connect import Connection
from db.queries import QUERIES
from db.scans import Scan

# the checkpoint of a nightly comparison that has seen everything; otherwise the last id that it
# compared, and after a space HubSpot's cursor, where that is no id
END = "end"


def reached(conn: Connection, scan: Scan) -> tuple[str, str]:
    """Answer two checkpoints: where this run began (where the night before ended, or "0"), and
    where it goes on."""
    where = {"portal_id": scan.portal_id, "object_type": scan.object_type, "scan_id": scan.scan_id}
    row = conn.execute(QUERIES["night_reached"], where).fetchone()
    assert row is not None
    return row["began"], row["after"]


def spent(conn: Connection, portal_id: int, night: datetime) -> int:
    """Answer the requests of a night's comparisons so far."""
    row = conn.execute(QUERIES["night_spent"], {"portal_id": portal_id, "night": night}).fetchone()
    return int(row["requests"]) if row else 0


def note(
    conn: Connection, scan: Scan, is_part: bool, compared: int, unequal: int, differences: str
) -> None:
    """Add a stretch to this run's findings; `differences` is JSON, kind of difference → ids."""
    conn.execute(
        QUERIES["note_night"],
        {
            "portal_id": scan.portal_id,
            "scan_id": scan.scan_id,
            "object_type": scan.object_type,
            "sampled": is_part,
            "compared": compared,
            "unequal": unequal,
            "differences": differences,
        },
    )
