"""Pause, resume and limit a portal, as an operator orders it."""

from __future__ import annotations

import jobs
from db import portals
from operations.servers import Servers


def pause(servers: Servers, portal_id: int, reason: str) -> None:
    """Ask nothing of HubSpot for this portal until an operator resumes it."""
    with servers.database.transaction() as conn:
        portals.pause(conn, portal_id, reason, held=True)


def resume(servers: Servers, portal_id: int) -> None:
    """Let a portal go on, and wake what waits."""
    with servers.database.transaction() as conn:
        portals.resume(conn, portal_id, held=True)
    jobs.wake(servers.server, jobs.WAKE_WAITING)


def limit(servers: Servers, portal_id: int, requests: int | None) -> None:
    """Set how many requests per 10 seconds HubSpot allows; None: as HUBSPOT_RATE_LIMIT says."""
    with servers.database.transaction() as conn:
        portals.limit(conn, portal_id, requests)
