"""List the reports that are written as files, for the page of settings."""

from __future__ import annotations

from db.queries import QUERIES, QueryRow
from operations.servers import Servers


def of_portal(servers: Servers, portal_id: int) -> list[QueryRow]:
    """Answer a portal's schedules with what came of their last run. Where files lie is told without
    the folder: it is the machine's."""
    with servers.database.transaction() as conn:
        rows = conn.execute(QUERIES["report_schedules"], {"portals": [portal_id]}).fetchall()
    return [row | {"destination": _told(row["destination"])} for row in rows]


def _told(destination: str) -> str:
    return destination if destination.startswith("supabase://") else "a folder of the worker"
