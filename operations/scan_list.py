"""List the scans of one portal, and move them for an operator."""

from __future__ import annotations

from uuid import UUID

from db import scans
from db.queries import QueryRow
from operations import scan_moves
from operations.servers import Servers


def scans_of(servers: Servers, portal_id: int, everything: bool = False) -> list[QueryRow]:
    """Answer the latest run of each kind and type, or every run; 200 at most."""
    with servers.database.transaction() as conn:
        return scans.listed(conn, portal_id, (), everything)


def move(servers: Servers, portal_id: int, scan_id: UUID, action: str) -> bool:
    """Pause, resume or cancel a scan of this portal; answer whether its state allowed it."""
    with servers.database.transaction() as conn:
        rows = scans.progress(conn, [scan_id])
        if not rows or rows[0]["portal_id"] != portal_id:
            return False
        moved = scans.move(conn, action, [scan_id])
    if moved and action == "resume":
        for kind in scans.MOVABLE:
            scan_moves.take_up(servers, portal_id, kind)
    return bool(moved)
