"""List every run of the scans of a portal, and tell the log of one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from db.queries import QUERIES, QueryRow
from operations.servers import Servers

KINDS = ("backfill", "reconcile", "nightly", "refresh")
STATES = {  # as people ask for them → the states of a run
    "under way": ["pending", "running", "paused"],
    "completed": ["completed"],
    "in trouble": ["failed", "crashed"],
    "cancelled": ["cancelled"],
}


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Say which runs to list, newest first; `before` leads to older ones."""

    portal_id: int
    kind: str | None = None
    object_type: str | None = None
    states: list[str] | None = None
    before: datetime | None = None
    limit: int = 50


def runs(servers: Servers, asked: RunQuery) -> list[QueryRow]:
    """Answer runs of every kind, as rows of the view scan_progress."""
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["run_list"], asdict(asked)).fetchall()


def run(servers: Servers, portal_id: int, scan_id: UUID) -> QueryRow | None:
    """Answer a run with its log: `diary` is what happened, `orders` who asked for what."""
    with servers.database.transaction() as conn:
        which = {"portal_id": portal_id, "scan_id": scan_id}
        row = conn.execute(QUERIES["run_named"], which).fetchone()
        if row is None:
            return None
        ids = [str(each) for each in (scan_id, row["extraction_id"]) if each]
        orders = which | {"ids": ids, "since": row["created_at"]}
        return row | {"orders": conn.execute(QUERIES["run_orders"], orders).fetchall()}


def findings(servers: Servers, portal_id: int, limit: int) -> list[QueryRow]:
    """Answer the comparisons that found differences, with the ids of what differed."""
    with servers.database.transaction() as conn:
        asked = {"portal_id": portal_id, "limit": limit}
        return conn.execute(QUERIES["run_findings"], asked).fetchall()
